"""Trajectories that were collected and cut, as items: problems, and conversations about them that have begun."""

from collections.abc import Iterator
from typing import Literal

from astor.data.prepared import read_manifest, read_part
from astor.data.source import Source
from astor.errors import UserError
from astor.options import Options
from astor.records import MANIFEST, Item
from astor.records.collection import read_collection
from astor.storage import locate


class TrajectoriesOptions(Options):
    """Where they lie."""

    type: Literal["trajectories"] = "trajectories"
    path: str
    """A directory that `astor data collect` wrote, or its `s3://` URI."""


class TrajectoriesSource(Source):
    """The items of one collection."""

    options_type = TrajectoriesOptions
    trusted = True  # Problems are verified before trajectories of them are collected.
    options: TrajectoriesOptions

    def items(self) -> Iterator[Item]:
        """UserError where there is no finished collection, or it was made of problems that were divided otherwise."""
        path = self.options.path
        collection = read_collection(path)
        if collection is None or not _is_finished(path):
            raise UserError(f"{path} holds no finished collection: run `astor data collect` with --out {path} first.")
        if (divided := collection.splits) != (splits := self.splits.model_dump()):
            raise UserError(
                f"The trajectories in {path} are of problems divided by data.splits {divided}, not by "
                f"{splits}: give the recipe the splits of the collection."
            )
        for part in read_manifest(path).parts:
            yield from read_part(path, part)


def _is_finished(directory: str) -> bool:
    store, key = locate(directory)
    try:
        store.file(f"{key}/{MANIFEST}")
    except FileNotFoundError:
        return False
    return True
