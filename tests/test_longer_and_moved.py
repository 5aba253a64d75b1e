"""A small run goes on with more rounds, and its store is moved, copied and read by others."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from astor.cli.run import run_recipe
from astor.errors import UserError
from astor.evaluation.report import render_report
from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe
from astor.registry.choose import OPTION, choose
from astor.registry.connection import connect
from astor.registry.metrics import EVERY_ROUND
from astor.registry.weights import find_policy
from astor.run.history import history_so_far
from astor.run.run import Run
from astor.storage import committed, digest_file

SMALL = {
    "rounds": 1,
    "checkpoint_every": 1,
    "data.prompts.train": 8,
    "data.prompts.held_out": 2,
    "data.prompts.promotion": 2,
    "policy.warm_start.steps": 40,
    "evaluation.samples": 1,
}
Told = Callable[..., tuple[dict[str, Any], str]]


def small(**overrides: Any) -> Recipe:
    return load_recipe("miniature", SMALL | {key.replace("__", "."): value for key, value in overrides.items()})


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with one finished run of one round, made by someone whose umask is 022."""
    store = tmp_path_factory.mktemp("origin") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        before = os.umask(0o022)
        run_recipe(small(), str(store), "process", fresh=False)
        os.umask(before)
        yield store


@pytest.fixture
def store(origin: Path, tmp_path: Path) -> Path:
    return shutil.copytree(origin, tmp_path / "store")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Runs a recipe; its result, and what people were told."""

    def run(recipe: Recipe, store: Path | str) -> tuple[dict[str, Any], str]:
        run_recipe(recipe, str(store), "process", fresh=False)
        said = capsys.readouterr()
        return json.loads(said.out.splitlines()[-1]), said.err

    return run


def files(store: Path) -> dict[str, str]:
    return {str(path.relative_to(store)): digest_file(path) for path in store.rglob("*") if path.is_file()}


def computed(store: Path, rounds: int) -> dict[str, str]:
    """Digests of what a run of so many rounds came to."""
    run = Run(str(store), small())
    score, last = (
        committed(run.places.at("rounds", *at)).manifest for at in ((rounds - 1, "score"), (rounds, "checkpoint"))
    )
    return {name: part.digest for name, part in (score.parts | last.parts).items()}


def test_more_rounds_go_on_and_come_to_what_they_come_to_at_once(store: Path, tmp_path: Path, told: Told) -> None:
    shorter, _ = told(small(), store)
    longer, said = told(small(rounds=2, tracking__experiment="astor"), store)
    assert "rounds 1/2" in said
    assert "rounds 0/2" not in said
    assert (longer["rounds"], longer["model"]) == (2, "astor-miniature/2")
    once = shutil.copytree(store, tmp_path / "once", ignore=shutil.ignore_patterns("runs", "mlflow.db", "mlartifacts"))
    at_once, _ = told(small(rounds=2), once)
    assert computed(store, 2) == computed(once, 2)
    for key in ("scores_after", "scores_candidate", "candidate_round"):
        assert longer[key] == at_once[key]
    assert longer["policy"] != shorter["policy"], "it learns something"
    client = connect(f"sqlite:///{store}/mlflow.db")
    (tracked,) = client.search_runs(["1"])
    assert tracked.data.tags["astor.rounds"] == "2"
    assert tracked.info.status == "FINISHED"
    assert [one.step for one in client.get_metric_history(tracked.info.run_id, EVERY_ROUND)] == [0, 1]

    again, said = told(small(), store)
    assert "It has gone on to 2 rounds since; this is what it came to after 1." in said
    assert Path(again["report"]).read_text() != Path(longer["report"]).read_text()
    assert again == shorter | {key: again[key] for key in ("alias", "report")}
    assert history_so_far(Run(str(store), small())).sampled.after.round == 1


def test_a_shorter_run_takes_nothing_from_a_longer_one(store: Path) -> None:
    run = Run(str(store), small())
    shutil.copytree(run.places.at("rounds", 1, "checkpoint"), run.places.at("rounds", 3, "checkpoint"))
    before = files(store)
    with pytest.raises(UserError) as refused:
        run_recipe(small(rounds=2), str(store), "process", fresh=False)
    assert str(refused.value) == (
        f"{run.places.uri} is at 3 rounds already, and its policy after 2 is gone: set rounds to 3 or more, give the "
        "recipe another name, or start over with --fresh."
    )
    assert files(store) == before


def test_nothing_in_a_store_names_its_place(origin: Path) -> None:
    place = str(origin.parent).encode()
    for path in origin.rglob("*"):
        if path.suffix == ".parquet":
            assert place.decode() not in str(parquet.read_table(path).to_pylist()), path
        elif path.is_file():
            assert place not in path.read_bytes(), path


@pytest.mark.parametrize("spelling", ["moved", "../away/moved", "{}/away/moved"])
def test_a_store_can_be_moved(
    store: Path, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    (tmp_path / "away").mkdir()
    store.rename(tmp_path / "away" / "moved")
    monkeypatch.chdir(tmp_path / "away")
    moved = spelling.format(tmp_path)
    result, said = told(small(), moved)
    assert "This run is finished" in said
    assert "changed since" not in said
    assert Path(result["report"]).is_file()
    assert committed(result["policy"]).part("policy")
    uri = f"sqlite:///{moved}/mlflow.db"
    version = choose(uri, result["model"], None, None, OPTION)
    assert find_policy(uri, version, moved).committed.uri == result["policy"]
    elsewhere = find_policy(uri, version, str(tmp_path / "other"))
    place = Path(elsewhere.committed.uri).resolve()
    assert place == tmp_path / "away" / "moved" / "models" / version.policy.digest[:16]
    assert render_report(history_so_far(Run(moved, small()))).startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [tmp_path / "away"]


def test_what_is_run_in_a_copy_leaves_the_original_alone(store: Path, tmp_path: Path, told: Told) -> None:
    before, copy = files(store), shutil.copytree(store, tmp_path / "copy")
    result, said = told(small(rounds=0, seed=1), copy)
    assert "warm start" not in said
    assert result["policy"].startswith(str(copy))
    assert len(connect(f"sqlite:///{copy}/mlflow.db").search_model_versions("name = 'astor-miniature'")) == 2
    assert files(store) == before
    assert len(list((copy / "mlartifacts" / "astor").iterdir())) == 2


def test_others_may_read_what_the_umask_lets_them_read(origin: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (origin, *origin.rglob("*"))}
    assert {path for path, mode in modes.items() if mode != (0o755 if path.is_dir() else 0o644)} == set()
