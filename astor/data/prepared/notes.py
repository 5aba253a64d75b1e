"""Notes of what stands of unfinished work in a prepared directory: a command that was killed goes on after it."""

from typing import TypeVar

from astor.records import Record
from astor.storage import locate

WORK = "work"
"""Name of the folder in the directory. It goes when a manifest is written: work on other items is void."""

R = TypeVar("R", bound=Record)


class Notes:
    """One record a note, as `work/MADE_FROM/NAME.json`: what is made from anything else finds none of them."""

    def __init__(self, directory: str, made_from: str) -> None:
        """`directory` is a local path or `s3://` URI, `made_from` the digest of all that decides what is noted."""
        self._store, key = locate(directory)
        self._folder = f"{key}/{WORK}/{made_from[:16]}"

    def read(self, name: str, record: type[R]) -> R | None:
        """The note of this name, or None."""
        try:
            return record.model_validate_json(self._store.read(f"{self._folder}/{name}.json"))
        except FileNotFoundError:
            return None

    def write(self, name: str, record: Record) -> None:
        """Keep a note, whole or not at all."""
        self._store.replace(f"{self._folder}/{name}.json", record.model_dump_json().encode())
