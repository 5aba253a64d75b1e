"""A server of the pool, as a person starts it: `with serving("--workers", "1") as (url, process)`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "astor.cli", "sandbox", "serve", "--port", "0"]


@contextmanager
def serving(
    *flags: str, token: str | None = None, within: Sequence[str] = ()
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a new server on a free port, and its process; `within` is a command that runs its command."""
    environment = {name: value for name, value in os.environ.items() if name != "ASTOR_SANDBOX_TOKEN"}
    if token is not None:
        environment["ASTOR_SANDBOX_TOKEN"] = token
    process = subprocess.Popen([*within, *COMMAND, *flags], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), "the server does not come up"
        yield url, process
    finally:
        process.terminate()
        process.communicate(timeout=60)
