"""What changed since a run was begun: refused where it would go on with it, told where it is finished."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.records import Champion
from astor.run.environment import read_environments
from astor.run.run import Run
from astor.storage import PolicyRef

Miniature = Callable[..., Run]


@pytest.fixture
def run(miniature: Miniature, tmp_path: Path) -> Run:
    (tmp_path / "items.jsonl").write_text("one")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_text("one")
    source = {"type": "jsonl", "path": str(tmp_path / "items.jsonl")}
    policy = {"type": "huggingface", "path": str(tmp_path / "model")}
    return miniature(**{"data.sources": [source], "policy": policy})


def plan(run: Run) -> None:
    run.artifacts.commit(run.places.at("plan"), {}, champion=Champion(policy=PolicyRef("d", "d")))


def test_before_the_plan_anything_may_change(run: Run, tmp_path: Path) -> None:
    first = run.resolve()
    (tmp_path / "items.jsonl").write_text("two")
    assert run.changes() == [f"data.sources.0 ({tmp_path}/items.jsonl)"]
    assert run.resolve() == first, "its recipe is the same"
    assert run.changes() == []


@pytest.mark.parametrize(
    ("file", "told"),
    [("items.jsonl", "data.sources.0 ({}/items.jsonl)"), ("model/model.safetensors", "policy ({}/model)")],
)
def test_after_it_other_data_or_another_policy_are_refused(run: Run, tmp_path: Path, file: str, told: str) -> None:
    run.resolve()
    plan(run)
    run.resolve()
    (tmp_path / file).write_text("two")
    with pytest.raises(UserError) as refused:
        run.resolve()
    assert str(refused.value) == (
        f"{run.places.uri} has begun, and {told.format(tmp_path)} changed since: put back what was there, or start "
        "over with --fresh."
    )
    (tmp_path / file).write_text("one")
    run.resolve()


def test_data_that_are_gone_have_changed(run: Run, tmp_path: Path) -> None:
    run.resolve()
    plan(run)
    (tmp_path / "items.jsonl").unlink()
    with pytest.raises(UserError, match="changed since"):
        run.resolve()


def test_other_code_goes_on_and_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = run.resolve()
    plan(run)
    monkeypatch.setattr("astor.run.origins.code_digest", lambda: "other")
    assert run.resolve() == reference
    assert capsys.readouterr().err == (
        f"astor: warning: {run.places.uri} goes on with other code than it was begun with; --fresh starts over.\n"
    )


def test_what_computes_nothing_may_change_and_other_threads_are_told(
    miniature: Miniature, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = miniature()
    first = begun.resolve()
    plan(begun)
    longer = miniature(rounds=9, threads=2)
    second = longer.resolve()
    assert (longer.places.uri, second != first, Run.open(second).recipe) == (begun.places.uri, True, longer.recipe)
    assert capsys.readouterr().err == (
        f"astor: warning: {begun.places.uri} was computed with threads 1 and processes 1, not 2 and 1: from here on it "
        "does not repeat to the byte.\n"
    )
    assert longer.resolve() == second
    assert capsys.readouterr().err == "", "once"
    assert [each.threads for each in read_environments(longer.places)] == [1, 2]


def test_what_else_lies_beside_a_model_does_not_matter(run: Run, tmp_path: Path) -> None:
    run.resolve()
    (tmp_path / "model" / "README.md").write_text("read me")
    assert run.changes() == []
    (tmp_path / "model" / "config.json").write_text(json.dumps({}))
    assert run.changes() == [f"policy ({tmp_path}/model)"]
