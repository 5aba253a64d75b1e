"""The version that was served last, for the time when MLflow or its store is away."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from astor.storage import digest_directory, digest_json, replacing


class LastServed(BaseModel):
    """What a question for a model led to the last time."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    digest: str
    """Of the policy, as it was registered."""
    directory: Path
    """Where its files lay on this machine."""
    day: str
    """When that was, as 2026-01-31."""


def remember(question: Sequence[str], name: str, version: str, digest: str, directory: Path) -> None:
    """Write down, in the user's cache, that the question led to this version."""
    last = LastServed(name=name, version=version, digest=digest, directory=directory, day=time.strftime("%Y-%m-%d"))
    with replacing(_place(question)) as draft:
        draft.write_text(last.model_dump_json())


def recall(question: Sequence[str]) -> LastServed | None:
    """What the question led to the last time; None where nobody knows, or a file is not as it was."""
    try:
        last = LastServed.model_validate(json.loads(_place(question).read_bytes()))
        return last if digest_directory(last.directory) == last.digest else None
    except (OSError, ValueError, ValidationError):
        return None


def _place(question: Sequence[str]) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return cache / "astor" / "served" / f"{digest_json(list(question))[:16]}.json"
