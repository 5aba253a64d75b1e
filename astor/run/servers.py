"""Servers on other machines that sample: whether they see the policies that they are to be given."""

import os
import socket
from contextlib import suppress
from tempfile import gettempdir
from urllib.parse import urlsplit

from astor.errors import UserError
from astor.recipe.recipe import Recipe

TEMPORARY = "TMPDIR"


def check_servers_see_policies(recipe: Recipe) -> None:
    """UserError where servers elsewhere are given policies as files that lie on this machine alone: those between two
    checkpoints, in its own directory for temporary files. One that somebody chose may be shared."""
    given = getattr(recipe.rollout, "hand_over", "none") != "none"
    if not given or recipe.rounds < 2 or recipe.checkpoint_every == 1 or os.environ.get(TEMPORARY):
        return
    for url in getattr(recipe.rollout, "urls", ()):
        if not _is_here(url):
            raise UserError(
                f"checkpoint_every is {recipe.checkpoint_every}, and between checkpoints policies lie in "
                f"{gettempdir()}, where the server {url} on another machine does not find them: set checkpoint_every: "
                f"1, or {TEMPORARY} to a directory that it sees under the same path."
            )


def _is_here(url: str) -> bool:
    """Whether the host of a URL is this machine: its address can be listened on."""
    host = urlsplit(url).hostname
    with suppress(OSError):
        for family, kind, protocol, _, address in socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM):
            with suppress(OSError), socket.socket(family, kind, protocol) as probe:
                probe.bind(address)
                return True
    return False
