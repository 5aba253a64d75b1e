"""Models of the Hugging Face hub, as local directories. No torch."""

import re
from pathlib import Path

from astor.errors import UserError

NAME = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?")
"""`owner/name`, with `@revision` (a branch, a tag or a commit) where that is not the newest."""
WANTED = ["*.safetensors", "*.json", "*.model", "*.txt", "*.jinja"]
"""Weights, configuration, tokenizer and chat template: neither code nor pickles."""


def fetch_model(text: str) -> Path:
    """The directory of a model, in the hub's own cache; only files that are not there are fetched.

    Raises:
        UserError: the hub cannot be reached, or has no such model or revision.
    """
    match = NAME.fullmatch(text)
    assert match is not None, "whoever calls has looked at the name"
    from huggingface_hub import snapshot_download  # it takes a second

    try:
        return Path(snapshot_download(match["name"], revision=match["revision"], allow_patterns=WANTED))
    except (OSError, ValueError, RuntimeError) as error:
        # What the hub's client raises is of one of these types, whatever the reason.
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise UserError(
            f"{text} cannot be fetched from the hub ({reason}): check the name, or give a directory with the model."
        ) from error
