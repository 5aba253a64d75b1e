"""What a collection of trajectories was made with; another one does not go into the same directory."""

from typing import Any, ClassVar

from pydantic import ValidationError

from astor.errors import UserError
from astor.records.record import Record
from astor.storage import locate

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


def read_collection(directory: str) -> Collection | None:
    """What is collected at a local path or `s3://` URI, or None; UserError where its file says nothing of the kind."""
    store, key = locate(directory)
    try:
        return Collection.model_validate_json(store.read(f"{key}/{COLLECTION}"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError as error:
        raise UserError(
            f"{directory}/{COLLECTION} cannot be read as a collection: remove the directory, or collect into another."
        ) from error
