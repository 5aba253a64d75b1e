"""A resumable writer finds the parts that stand, and leaves alone what others wrote."""

from pathlib import Path

import pytest
from prepared_items import item

from astor.data.prepared import ResumableWriter
from astor.errors import UserError
from astor.records import Item, PreparedManifest, PreparedPart

ONE, OTHER = "1" * 64, "2" * 64


@pytest.fixture(params=["local", "s3"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{tmp_path if request.param == 'local' else request.getfixturevalue('s3_prefix')}/out"


def add(writer: ResumableWriter, number: int, *items: Item) -> PreparedPart:
    return writer.add_part(number, items, read=len(items), dropped={}, prompts={})


def test_parts_stand_from_the_first_on(directory: str) -> None:
    writer = ResumableWriter(directory, ONE)
    added = [add(writer, number, item(name)) for number, name in enumerate("abc")]
    assert list(ResumableWriter(directory, ONE).standing_parts()) == [
        (part, [item(name)]) for part, name in zip(added, "abc", strict=True)
    ]
    writer.write_part(1, [item("d")], read=1, dropped={}, prompts={})  # Killed before the note.
    assert [part for part, _ in ResumableWriter(directory, ONE).standing_parts()] == added[:1]


def test_what_is_made_from_something_else_finds_no_parts(directory: str) -> None:
    add(ResumableWriter(directory, ONE), 0, item("a"))
    other = ResumableWriter(directory, OTHER)
    assert other.finished() is None
    assert list(other.standing_parts()) == []


def test_a_finished_directory_is_found_and_no_other_is_written_over_it(directory: str) -> None:
    writer = ResumableWriter(directory, ONE)
    part = add(writer, 0, item("a"))
    manifest = PreparedManifest.of([part], {}, format="jsonl", source="mine", made_from=ONE, verified=True)
    writer.finish(manifest)
    assert ResumableWriter(directory, ONE).finished() == manifest
    other = ResumableWriter(directory, OTHER)
    with pytest.raises(UserError, match="holds what was prepared from mine with other data, options or code"):
        other.finished()
    other.start_over()
    assert other.finished() is None
