"""The runs of a store are listed whatever state they are in, and listing writes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from stored_runs import begin, finish

from astor.errors import UserError
from astor.run.listing import list_runs, open_run
from astor.run.lock import alone
from astor.run.run import Run

Miniature = Callable[..., Run]


def test_runs_are_listed_with_what_they_have_come_to(miniature: Miniature) -> None:
    done, stopped, running = (miniature(name=name) for name in ("done", "stopped", "running"))
    done.resolve()
    finish(done)
    begin(stopped, rounds=2)
    begin(running, rounds=1)
    with alone(running.places.uri):
        listed = {run.name.partition("-")[0]: run for run in list_runs(done.places.root)}
    assert {name: run.state for name, run in listed.items()} == {
        "done": "finished",
        "stopped": "interrupted",
        "running": "running",
    }
    assert (listed["done"].score_before, listed["done"].score_after) == (0.25, 0.5)
    assert (listed["done"].model, listed["stopped"].model) == ("astor-miniature/1", None)
    assert [(listed[name].rounds_done, listed[name].rounds) for name in listed] == [(1, 4), (2, 4), (4, 4)], (
        "the one that changed last comes first"
    )
    files = [path for path in Path(done.places.uri).rglob("*") if path.is_file()]
    assert listed["done"].bytes == sum(path.stat().st_size for path in files)
    assert listed["done"].begun[:4] >= "2026"
    assert listed["done"].problem is None


@pytest.mark.parametrize("file", ["recipe/manifest.json", "evaluations/*/scores/*/*/*"])
def test_a_damaged_run_is_named_and_the_others_are_listed(miniature: Miniature, file: str) -> None:
    run, other = miniature(name="damaged"), miniature(name="whole")
    finish(run)
    begin(other)
    for path in Path(run.places.uri).glob(file):
        path.write_bytes(b"\xff{")
    listed = {each.name.partition("-")[0]: each for each in list_runs(run.places.root)}
    assert (listed["damaged"].state, listed["whole"].state) == ("damaged", "interrupted")
    assert " is damaged (" in listed["damaged"].problem
    assert listed["damaged"].rounds_done == 4


def test_what_has_only_just_begun_is_a_run(miniature: Miniature) -> None:
    run = miniature()
    Path(run.places.uri).mkdir(parents=True)
    (Path(run.places.uri) / "pipeline.log").write_text("…")
    (Path(run.places.root) / "runs" / ".removed-1").mkdir()
    (listed,) = list_runs(run.places.root)
    assert (listed.name, listed.state, listed.rounds) == (run.places.name, "interrupted", None)


def test_a_store_without_runs_has_none_and_none_is_made(tmp_path: Path) -> None:
    assert list_runs(str(tmp_path / "absent")) == []
    assert not list(tmp_path.iterdir())


def test_a_run_is_opened_by_its_name_whatever_it_would_be_called_now(miniature: Miniature) -> None:
    run = miniature()
    begin(run)
    Path(run.places.uri).rename(Path(run.places.uri).with_name("of-another-version"))
    opened = open_run(run.places.root, "of-another-version")
    assert opened.recipe == run.recipe
    assert opened.places.uri == f"{run.places.root}/runs/of-another-version"
    with pytest.raises(UserError, match=r"Nothing was committed at .*/runs/absent/recipe"):
        open_run(run.places.root, "absent")
