"""The reader: a prepared directory as a source, local or `s3://`."""

from collections.abc import Iterator
from typing import Literal

from pydantic import ValidationError

from astor.data.source import Source
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.options import Options
from astor.records import MANIFEST, Item, PreparedManifest, PreparedPart, read_jsonl
from astor.storage import find_damage, locate


class PreparedOptions(Options):
    """Where the directory lies."""

    type: Literal["prepared"] = "prepared"
    path: str
    """A directory that `astor data prepare` wrote, or its `s3://` URI."""


class PreparedSource(Source):
    """The items of a prepared directory, part by part; trusted where they were run when it was made."""

    options_type = PreparedOptions
    options: PreparedOptions

    def __init__(self, options: PreparedOptions, splits: SplitOptions) -> None:
        super().__init__(options, splits)
        self.manifest = read_manifest(options.path)
        self.trusted = self.manifest.verified

    def items(self) -> Iterator[Item]:
        for part in self.manifest.parts:
            yield from read_part(self.options.path, part)


def read_manifest(directory: str) -> PreparedManifest:
    """The manifest of a prepared directory, local or `s3://`; a UserError where there is none, or another thing."""
    store, key = locate(directory)
    try:
        return PreparedManifest.model_validate_json(store.read(f"{key}/{MANIFEST}"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f"{directory} is no prepared directory: make one with astor data prepare SOURCE.") from error
    except ValidationError as error:
        raise UserError(f"The {MANIFEST} of {directory} cannot be read: prepare the directory again.") from error


def read_part(directory: str, part: PreparedPart) -> Iterator[Item]:
    """The items of one part; a UserError where its file is missing or damaged."""
    store, key = locate(directory)
    files = {part.file: part.digest}
    fetched = store.fetch(key, files)
    if damage := find_damage(fetched, files):
        raise UserError(f"{directory} is damaged ({damage}): prepare it again.")
    yield from read_jsonl(fetched / part.file, Item)
