"""Where the data of suites lie, as `--data` says."""

from collections.abc import Sequence
from pathlib import Path

from astor.data.formats import local_place
from astor.errors import UserError
from astor.explain import nearest
from astor.recipe.suite import Suite, with_data


def place_data(suites: Sequence[Suite], given: Sequence[str]) -> list[Suite]:
    """The suites with their data where `given` says: `SUITE=PATH` of one suite; a directory that has the files of all,
    under the names that the suites know them by; or, of one suite alone, the path itself.

    Raises:
        UserError: a path names nothing, or nobody knows whose it is.
    """
    readers = {suite.name: suite for suite in suites if "path" in type(suite.source).model_fields}
    places: dict[str, str] = {}
    for each in given:
        name, equals, path = each.partition("=")
        if equals and not Path(each).exists():
            if name not in readers:
                raise UserError(
                    f"--data {each}: {name} is no suite that reads data, {nearest(name, list(readers), 'there are')}."
                )
            places[name] = local_place(path)
        elif Path(each).is_dir() and (held := _held(list(readers.values()), Path(each))):
            places |= held
        elif len(readers) == 1:
            places[next(iter(readers))] = local_place(each)
        else:
            files = ", ".join(str(_file(suite)) for suite in readers.values()) or "what no suite reads"
            raise UserError(
                f"--data {each} is of no suite that is known: write SUITE=PATH, or give a directory with {files}."
            )
    return with_data(suites, places)


def _held(suites: Sequence[Suite], directory: Path) -> dict[str, str]:
    """Suite → its file in the directory."""
    return {suite.name: str(directory / _file(suite)) for suite in suites if (directory / _file(suite)).exists()}


def _file(suite: Suite) -> Path:
    return Path(suite.source.model_dump()["path"])
