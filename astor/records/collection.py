"""What a collection of trajectories was made with; another one does not go into the same directory."""

from astor.records.record import Record

COLLECTION = "collection.json"
"""Name of the file in the directory, written before any trajectory."""


class Collection(Record):
    """`collection.json` of a directory of trajectories."""

    policy: str
    """Digest of the policy that writes them."""
    prompts: str
    """Digest of the prompts of problems."""
    splits: dict[str, float | str]
    """The options that divide problems: who trains on the trajectories must divide them in the same way."""
    options: dict[str, float | int | bool | None]
    """What the collection was asked for."""
