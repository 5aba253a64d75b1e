"""dataset: what stays, what goes and why, and that a stopped command goes on where it was."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from astor.data.decontamination import EXACT
from astor.data.jsonl import JsonlOptions, JsonlSource
from astor.data.own_tests import FAILS, TIMES_OUT
from astor.data.sieve import NEAR, SAME_ID, SAME_TEXT
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import MANIFEST, Item, PreparedManifest, read_jsonl
from astor.sandbox import Limits, Sandbox, SandboxOptions
from astor.steps.dataset import Dataset, DatasetOptions

UNVERIFIED = DatasetOptions(verify=False, per_part=10)


def line(number: int, **fields: object) -> dict[str, object]:
    """A function that no other line is like."""
    random = Random(number)
    steps = [f"    x = x {random.choice('+-*')} {random.randrange(1000)}" for _ in range(6)]
    source = "\n".join([f"def f{number}(x):", *steps, "    return x"])
    scope: dict[str, object] = {}
    exec(source, scope)
    calls = [{"arguments": f"({x},)", "returns": repr(scope[f"f{number}"](x))} for x in (1, 2, 3)]  # type: ignore[operator]
    return {"id": str(number), "entry": f"f{number}", "source": source, "calls": calls} | fields


def source(path: Path, lines: list[dict[str, object]]) -> JsonlSource:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    return JsonlSource(JsonlOptions(path=path, licence="MIT"), SplitOptions())


class Stops(JsonlSource):
    """Is killed while it reads."""

    after = 0

    def items(self) -> Iterator[Item]:
        for number, item in enumerate(super().items()):
            if number == self.after:
                raise KeyboardInterrupt
            yield item


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.suffix != ".sqlite"
    }


def test_every_kind_of_item_that_must_go_is_counted(tmp_path: Path) -> None:
    lines = [line(number) for number in range(8)]
    copy = line(0, id="copy")
    almost = line(1, id="almost", description="One.")
    endless = line(20, source="def f20(x):\n    while True:\n        pass")
    wrong = line(21, calls=[{"arguments": "(1,)", "returns": "'another'"}])
    evaluated = line(22)
    train = source(tmp_path / "train.jsonl", [*lines, lines[2], copy, almost, endless, wrong, evaluated])
    held = source(tmp_path / "test.jsonl", [evaluated])
    out = tmp_path / "out"
    dataset = Dataset("train.jsonl", train, str(out), DatasetOptions(per_part=5), {"test.jsonl": held})
    with Sandbox(SandboxOptions(workers=2, limits=Limits(cpu_seconds=0.5, wall_seconds=5))) as sandbox:
        manifest = dataset.write(sandbox)
    assert manifest.read == 14
    assert manifest.dropped == {SAME_ID: 1, SAME_TEXT: 1, NEAR: 1, TIMES_OUT: 1, FAILS: 1, EXACT: 1}
    assert manifest.kept == 8
    assert manifest.prompts["unit_tests"] == 8, "each got mutants"
    assert manifest.licences == {"MIT": 8}
    assert manifest.against == ("test.jsonl",)
    kept = [item for part in manifest.parts for item in read_jsonl(out / part.file, Item)]
    assert [item.id for item in kept] == [f"train-{number}" for number in range(8)]
    assert PreparedManifest.model_validate_json((out / MANIFEST).read_bytes()) == manifest
    assert not (out / "work").exists()


@pytest.mark.parametrize("after", [0, 9, 10, 25, 38])
def test_a_stopped_command_goes_on_to_the_same_bytes(tmp_path: Path, after: int) -> None:
    lines = [line(number % 30) | {"id": str(number)} for number in range(38)] + [line(3, id="again")]
    whole = source(tmp_path / "data.jsonl", lines)
    manifest = Dataset("data", whole, str(tmp_path / "whole"), UNVERIFIED, {}).write(None)
    assert manifest.dropped == {SAME_TEXT: 9}
    stops = Stops(whole.options, whole.splits)
    stops.after = after
    with pytest.raises(KeyboardInterrupt):
        Dataset("data", stops, str(tmp_path / "out"), UNVERIFIED, {}).write(None)
    assert not (tmp_path / "out" / MANIFEST).exists()
    before = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in files(tmp_path / "out")}
    assert len([name for name in before if name.startswith("items/")]) == after // 10
    Dataset("data", whole, str(tmp_path / "out"), UNVERIFIED, {}).write(None)
    assert files(tmp_path / "out") == files(tmp_path / "whole")
    assert all(
        (tmp_path / "out" / name).stat().st_mtime_ns == written
        for name, written in before.items()
        if name.startswith("items/")
    ), "what stood was not written again"


def test_a_damaged_part_is_made_again(tmp_path: Path) -> None:
    whole = source(tmp_path / "data.jsonl", [line(number) for number in range(25)])
    stops = Stops(whole.options, whole.splits)
    stops.after = 24
    with pytest.raises(KeyboardInterrupt):
        Dataset("data", stops, str(tmp_path / "out"), UNVERIFIED, {}).write(None)
    (tmp_path / "out" / "items" / "part-00001.jsonl").write_text("half")
    manifest = Dataset("data", whole, str(tmp_path / "out"), UNVERIFIED, {}).write(None)
    assert manifest.kept == 25


def test_what_was_made_from_the_same_is_found_again_and_anything_else_is_refused(tmp_path: Path) -> None:
    data = source(tmp_path / "data.jsonl", [line(number) for number in range(3)])
    out = str(tmp_path / "out")
    manifest = Dataset("data", data, out, UNVERIFIED, {}).write(None)
    assert Dataset("data", data, out, UNVERIFIED, {}).writer.finished() == manifest
    changed = source(tmp_path / "data.jsonl", [line(number) for number in range(4)])
    again = Dataset("data", changed, out, UNVERIFIED, {})
    with pytest.raises(UserError, match="prepared from data with other data, options or code: name another --out"):
        again.write(None)
    again.writer.start_over()
    assert again.write(None).kept == 4


def test_nothing_is_written_of_what_cannot_be_used(tmp_path: Path) -> None:
    empty = source(tmp_path / "data.jsonl", [])
    with pytest.raises(UserError, match=r"Nothing of data can be used \(0 read: it is empty\)"):
        Dataset("data", empty, str(tmp_path / "out"), UNVERIFIED, {}).write(None)
    evaluated = source(tmp_path / "all.jsonl", [line(1), line(2)])
    with pytest.raises(UserError, match=r"\(2 read: 2 evaluated: the same text\)"):
        Dataset("data", evaluated, str(tmp_path / "out"), UNVERIFIED, {"all": evaluated}).write(None)
    assert files(tmp_path).keys() == {"data.jsonl", "all.jsonl"}


def test_of_a_source_that_breaks_off_nothing_stays(tmp_path: Path) -> None:
    data = source(tmp_path / "data.jsonl", [line(number) for number in range(25)])
    with (tmp_path / "data.jsonl").open("ab") as file:
        file.write(b'{"entry": "\xe9"}\n')
    with pytest.raises(UserError, match="line 26 is not UTF-8"):
        Dataset("data", data, str(tmp_path / "out"), UNVERIFIED, {}).write(None)
    with Sandbox(SandboxOptions(workers=1)) as sandbox, pytest.raises(UserError, match="line 26 is not UTF-8"):
        Dataset("data", data, str(tmp_path / "verified"), DatasetOptions(), {}).write(sandbox)
    assert files(tmp_path).keys() == {"data.jsonl"}
    assert not (tmp_path / "verified").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("out", "out cannot be a directory, for a file is in its way"),
        ("out/manifest.json", r"out holds a manifest\.json of something else"),
        ("out/thesis.txt", r"out holds thesis\.txt, which no preparation wrote"),
        ("out/items/photograph", "out holds items/photograph, which no preparation wrote"),
    ],
)
def test_what_is_not_ours_is_left_alone(tmp_path: Path, name: str, told: str) -> None:
    dataset = Dataset("data", source(tmp_path / "data.jsonl", [line(1)]), str(tmp_path / "out"), UNVERIFIED, {})
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("{}")
    before = files(tmp_path)
    for attempt in (lambda: dataset.write(None), dataset.writer.start_over):
        with pytest.raises(UserError, match=told):
            attempt()
    assert files(tmp_path) == before


def test_a_directory_with_another_file_beside_the_items_is_read_but_not_made_anew(tmp_path: Path) -> None:
    data = source(tmp_path / "data.jsonl", [line(1)])
    dataset = Dataset("data", data, str(tmp_path / "out"), UNVERIFIED, {})
    manifest = dataset.write(None)
    (tmp_path / "out" / "README.md").write_text("mine")
    assert dataset.writer.finished() == manifest
    with pytest.raises(UserError, match=r"holds README\.md"):
        dataset.writer.start_over()
    assert dataset.writer.finished() == manifest
