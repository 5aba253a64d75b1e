"""What a collection of trajectories was made with; another one does not go into the same directory."""

from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError

from astor.errors import UserError
from astor.records.files import read_json
from astor.records.record import Record

COLLECTION = "collection.json"
"""Name of the file in the directory, written before any trajectory."""


class Collection(Record):
    """`collection.json` of a directory of trajectories."""

    schema_version: ClassVar[int] = 2

    policy: str
    """Digest of the policy that writes them."""
    prompts: str
    """Digest of the prompts of problems."""
    references: str = ""
    """Digest of what their programs are judged by; empty in older ones."""
    feedback: dict[str, Any] = {}
    """The task's options of what is said between turns; empty in older ones."""
    splits: dict[str, float | str]
    """The options that divide problems: who trains on the trajectories must divide them in the same way."""
    options: dict[str, float | int | bool | None]
    """What the collection was asked for."""


def read_collection(directory: Path) -> Collection:
    """What is collected in the directory; UserError where its file says nothing of the kind."""
    path = directory / COLLECTION
    try:
        return read_json(path, Collection)
    except ValidationError as error:
        raise UserError(f"{path} cannot be read as a collection: collect into another directory.") from error
