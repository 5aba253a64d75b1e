"""validate: items that do not hold what they claim are named, and taken out where that is asked for."""

from collections import Counter
from pathlib import Path

import pytest

from astor.data.formats import open_source
from astor.data.own_tests import FAILS
from astor.data.prepared import PreparedOptions, PreparedSource
from astor.data.splits import SplitOptions
from astor.sandbox import Sandbox, SandboxOptions
from astor.steps.dataset import Dataset, DatasetOptions
from astor.steps.validate import failures, take_out
from tests.steps.test_steps_dataset import line, source


@pytest.mark.parametrize("place", ["local", "s3"])
def test_failing_items_are_found_and_taken_out(tmp_path: Path, request: pytest.FixtureRequest, place: str) -> None:
    directory = f"{tmp_path if place == 'local' else request.getfixturevalue('s3_prefix')}/out"
    wrong = line(3, calls=[{"arguments": "(1,)", "returns": "'another'"}])
    data = source(tmp_path / "data.jsonl", [*map(line, range(3)), wrong])
    Dataset("data", data, directory, DatasetOptions(verify=False, per_part=2), {}).write(None)
    counted = Counter[str]()
    with Sandbox(SandboxOptions(workers=1)) as sandbox:
        prepared = PreparedSource(PreparedOptions(path=directory), SplitOptions())
        failed = {found.item.id: found.reason for found in failures(prepared, sandbox, counted)}
    assert counted == {"items": 4, "passed": 3}
    assert failed == {"data-3": FAILS}
    manifest = take_out(directory, failed)
    assert (manifest.kept, manifest.dropped) == (3, {FAILS: 1})
    assert manifest.parts[0] == prepared.manifest.parts[0]
    assert manifest.prompts["io_prediction"] < prepared.manifest.prompts["io_prediction"]
    kept = PreparedSource(PreparedOptions(path=directory), SplitOptions())
    assert [item.id for item in kept.items()] == ["data-0", "data-1", "data-2"]


def test_items_without_a_solution_are_counted_apart(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text('{"question": "Add.", "test_cases": ["assert add(1, 2) == 3"]}\n')
    data = open_source(str(path))
    counted = Counter[str]()
    with Sandbox(SandboxOptions(workers=1)) as sandbox:
        assert not list(failures(data, sandbox, counted))
        manifest = Dataset("data", data, str(tmp_path / "out"), DatasetOptions(), {}).write(sandbox)
    assert counted == {"items": 1, "unverified": 1}
    assert (manifest.kept, manifest.unverified, manifest.prompts) == (1, 1, {"code_generation": 1})
