"""Prepared directories are read as they were written, part by part, and damage is named."""

import shutil
from pathlib import Path

import pytest

from astor.data.prepared import PreparedOptions, PreparedSource
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Call, Function, Item, PreparedManifest, PreparedPart, write_json, write_jsonl
from astor.steps.validate import take_out
from astor.storage import digest_file, locate


def item(name: str) -> Item:
    function = Function(entry="f", source="def f(x):\n    return x", calls=(Call(arguments="(1,)", returns="1"),))
    return Item(id=name, content=function, source="s", licence="MIT", structural_hash="0" * 64)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Two parts of two items and one."""
    root, parts = tmp_path / "prepared", []
    (root / "items").mkdir(parents=True)
    for number, names in enumerate((("a", "b"), ("c",))):
        name = f"items/part-{number:05}.jsonl"
        write_jsonl(root / name, map(item, names))
        parts.append(PreparedPart(file=name, digest=digest_file(root / name), read=3, kept=len(names)))
    manifest = PreparedManifest(
        format="jsonl",
        source="mine.jsonl",
        plan="",
        verified=False,
        read=6,
        kept=3,
        dropped={"it has no tests": 3},
        prompts={},
        licences={"MIT": 3},
        parts=tuple(parts),
    )
    write_json(root / "manifest.json", manifest)
    return root


def open_prepared(path: object) -> PreparedSource:
    return PreparedSource(PreparedOptions(path=str(path)), SplitOptions())


def names(path: object) -> list[str]:
    return [found.id for found in open_prepared(path).items()]


def test_items_are_read_in_order(directory: Path) -> None:
    assert names(directory) == ["a", "b", "c"]
    assert not open_prepared(directory).trusted


def test_a_directory_in_a_bucket_is_read(directory: Path, s3_prefix: str) -> None:
    store, key = locate(f"{s3_prefix}/prepared")
    copy = directory.with_name("copy")
    shutil.copytree(directory, copy)
    store.publish(copy, key)
    assert names(f"{s3_prefix}/prepared") == ["a", "b", "c"]


def test_what_is_none_or_damaged_is_named(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no prepared directory"):
        open_prepared(tmp_path)
    (directory / "items" / "part-00001.jsonl").unlink()
    with pytest.raises(UserError, match=r"lacks items/part-00001\.jsonl"):
        names(directory)
    (directory / "manifest.json").write_text("{}")
    with pytest.raises(UserError, match=r"manifest\.json of .* cannot be read"):
        open_prepared(directory)


def test_items_are_taken_out(directory: Path) -> None:
    take_out(str(directory), {"b": "it times out on its own tests"})
    found = open_prepared(directory)
    assert [kept.id for kept in found.items()] == ["a", "c"]
    assert (found.manifest.read, found.manifest.kept, found.trusted) == (6, 2, False)
    assert found.manifest.dropped == {"it has no tests": 3, "it times out on its own tests": 1}
    assert found.manifest.parts[0].licences == {"MIT": 1}
    assert sorted(path.name for path in directory.rglob("*.jsonl")) == sorted(
        Path(part.file).name for part in found.manifest.parts
    )
