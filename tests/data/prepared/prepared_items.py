"""Items of one line, and a directory of them."""

from pathlib import Path

from astor.data.prepared import PreparedOptions, PreparedSource, Writer
from astor.data.splits import SplitOptions
from astor.records import Call, Function, Item, PreparedManifest


def item(name: str) -> Item:
    function = Function(entry="f", source="def f(x):\n    return x", calls=(Call(arguments="(1,)", returns="1"),))
    return Item(id=name, content=function, source="s", licence="MIT", structural_hash="0" * 64)


def write(directory: object, *parts: str) -> PreparedManifest:
    """A directory with one part for each text, and an item for each of its letters; the reader left out three."""
    writer = Writer(str(directory))
    written = [
        writer.write_part(number, [*map(item, names)], read=3, dropped={}, prompts={"unit_tests": len(names)})
        for number, names in enumerate(parts)
    ]
    left_out = {"it has no tests": 3}
    return writer.finish(
        PreparedManifest.of(written, left_out, format="jsonl", source="mine.jsonl", made_from="", verified=False)
    )


def open_prepared(directory: object) -> PreparedSource:
    return PreparedSource(PreparedOptions(path=str(directory)), SplitOptions())


def names(directory: object) -> str:
    return "".join(found.id for found in open_prepared(directory).items())


def files(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
