"""What a file, a directory or a name holds, and the source that reads it."""

from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from astor.data import commit_forms, hub
from astor.data.catalogue import source_classes
from astor.data.doctests import modules
from astor.data.files import NAMES, is_there, read_columns, record_files
from astor.data.forms.table import FUNCTIONS, PROBLEMS, REFUSED
from astor.data.parallel_lines import columns
from astor.data.source import Source
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import MANIFEST
from astor.storage import locate

LOOKED_AT = 20
"""Records of a file that its format is told from. Our choice: enough to meet what is odd in one of them."""
FIELDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "mbpp": (frozenset({"task_id", "code", "test_list"}),),
    "human-eval": (frozenset({"task_id", "prompt", "entry_point", "canonical_solution", "test"}),),
    "crux-eval": (frozenset({"id", "code", "input", "output"}),),
    "stdin": PROBLEMS.fields,
    "functions": FUNCTIONS.fields,
    "commits": commit_forms.FIELDS,
    "jsonl": (frozenset({"entry", "source"}), frozenset({"kind", "diff", "message"})),
}
"""Format → fields that all of its records have, one set for each of its kinds of record."""


def open_source(text: str, format: str = "auto", splits: SplitOptions | None = None) -> Source:
    """The source that reads `text`: a local path, an `s3://` URI, or a name on the hub as `hub.NAME` has it.

    `format` is the name of a source that takes a path; "auto" tells it from what is there (`recognise`), and whoever
    calls says aloud what it is: `source.options.type`. Nothing of the items is read yet.

    Raises:
        UserError: there is no such thing or format; the records are of no known format, or could be of several.
    """
    if format == "auto":
        place = local_place(text)
        format = recognise(place)
    else:
        place = text if format == "prepared" else local_place(text)
    classes = source_classes()
    taken = sorted(name for name, source in classes.items() if "path" in source.options_type.model_fields)
    if format not in taken:
        raise UserError(f"There is no format {format!r}: known are auto, {', '.join(taken)}.")
    try:
        options = classes[format].options_type.model_validate({"type": format, "path": place})
    except ValidationError as error:
        needed = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise UserError(f"The format {format} also needs {needed}: read {text} through a recipe.") from error
    return classes[format](options, splits or SplitOptions())


def recognise(place: str) -> str:
    """The format of a local file or directory, or of a prepared directory's URI, as `docs/data.md` has it."""
    path = Path(place)
    if place.startswith("s3://") or (path / MANIFEST).is_file():
        return "prepared"
    if path.is_dir():
        if (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir()):
            return "git"
        if next(modules(path), None) is not None:
            return "doctests"
        if next(record_files(path), None) is None:
            told = f"no {MANIFEST}, no git repository, no Python file and no file of records"
            raise UserError(f"{path} holds {told}: name a file in it.")
    if path.suffix == ".py":
        return "doctests"
    if columns(path):
        return "commits"
    records = {place: record for _, place, record in islice(read_columns(path), LOOKED_AT)}
    if not records:
        raise UserError(f"{path} holds no record: give a file with a JSON object a line.")
    for form, refusal in REFUSED.items():
        if all(refusal.fields <= record.keys() for record in records.values()):
            raise UserError(f"The records of {path} are those of {form}, which is not read: {refusal.reason}.")
    found = _fitting(records.values())
    if len(found) > 1:
        # Columns of several formats, of which only one's are filled.
        filled = [{name: value for name, value in record.items() if is_there(value)} for record in records.values()]
        found = _fitting(filled) or found
    if len(found) > 1:
        raise UserError(f"The records of {path} could be {' or '.join(found)}: say which with --format.")
    if not found:
        raise UserError(_of_no_format(path, records))
    return found[0]


def _fitting(records: Collection[Mapping[str, Any]]) -> list[str]:
    """The formats whose columns all records have."""
    return [name for name in FIELDS if all(_fits(record, name) for record in records)]


def _fits(record: Mapping[str, Any], name: str) -> bool:
    return any(fields <= record.keys() for fields in FIELDS[name])


def _of_no_format(path: Path, records: Mapping[str, Mapping[str, object]]) -> str:
    """Also of a file whose one column is missing: the nearest format tells which, and where first."""
    fitting = {name: sum(_fits(record, name) for record in records.values()) for name in FIELDS}
    missing = {
        (name, place): min((sorted(fields - record.keys()) for fields in FIELDS[name]), key=len)
        for place, record in records.items()
        for name in FIELDS
        if not _fits(record, name)
    }
    (name, place), lacking = min(missing.items(), key=lambda pair: (-fitting[pair[0][0]], len(pair[1])))
    if fitting[name] or len(lacking) < len(FIELDS[name][0]):
        told = f"{place.removeprefix(f'{path}, ')} lacks {', '.join(lacking)} for {name}"
    else:
        told = "; ".join(f"{name} has {', '.join(sorted(fields[0]))}" for name, fields in FIELDS.items())
    return f"The records of {path} are of no known format: {told}."


def local_place(text: str) -> str:
    """Where what `text` names lies on this machine, as `open_source` has it, fetched if need be; a prepared directory's
    URI as it is. UserError where there is no such thing."""
    if not text:
        raise UserError("The source has no name: give a path, an s3:// URI or owner/name.")
    if Path(text).exists():
        return text
    if "://" in text:
        store, key = locate(text)
        if any(name == f"{key}/{MANIFEST}" for name in store.keys(key)):
            return text
        try:
            return str(store.file(key))
        except FileNotFoundError as error:
            raise UserError(f"There is no {text}: name an object, or a prepared directory.") from error
    if hub.NAME.fullmatch(text) and not Path(text).parent.is_dir() and not NAMES.fullmatch(text):
        return str(hub.fetch(text))
    raise UserError(f"There is no file or directory {text}, and it is no owner/name on the hub: check the path.")
