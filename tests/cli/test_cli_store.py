"""Commands that read write nothing, whatever store they are given; a shell completes what there is."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from astor.cli.main import app
from astor.cli.words import size
from astor.errors import UserError, explain

READING = {
    "runs": ["runs"],
    "runs, as JSON": ["runs", "--json"],
    "report of a run": ["report", "miniature-0123456789ab"],
    "report of a recipe": ["report", "miniature"],
    "report of two": ["report", "miniature", "cobalt"],
    "models": ["models"],
    "models, as JSON": ["models", "--json"],
    "deploy": ["deploy"],
    "deploy, as manifests": ["deploy", "--render"],
    "promote": ["promote"],
    "rollback": ["rollback"],
    "serve": ["serve"],
    "serve by name": ["serve", "--model", "astor"],
    "dry run": ["run", "miniature", "--dry-run"],
    "prune": ["prune", "--yes"],
}
"""Every command that takes a store and only reads it, and the one that only removes."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to be in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


@pytest.mark.parametrize("store", [[], ["--store", "mistyped"]], ids=["default", "mistyped"])
def test_a_store_that_is_not_there_is_one_sentence_and_is_not_made(here: Path, store: list[str]) -> None:
    for name, arguments in READING.items():
        done = CliRunner().invoke(app, [*arguments, *store])
        assert not list(here.iterdir()), name
        if name != "dry run":
            assert isinstance(done.exception, UserError), name
            told = explain(done.exception)
            assert (store or ["astor-store"])[-1] in told, name
            assert told.count(". ") == 0, "one sentence"


def test_a_store_without_runs_stays_empty(here: Path) -> None:
    (here / "astor-store").mkdir()
    for name, arguments in READING.items():
        done = CliRunner().invoke(app, arguments)
        assert not list((here / "astor-store").iterdir()), name
        assert done.exit_code == 0 or isinstance(done.exception, UserError), name
    assert CliRunner().invoke(app, ["runs", "--json"]).stdout == "[]\n"
    assert CliRunner().invoke(app, ["runs"]).stdout == "There are no runs in astor-store.\n"


def complete(*words: str) -> list[str]:
    """What bash would offer for the last of these words."""
    line = " ".join(words)
    environment = {"_ASTOR_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = CliRunner().invoke(app, [], prog_name="astor", env={**os.environ, **environment})
    return done.stdout.split()


def test_recipes_and_runs_are_completed(here: Path) -> None:
    (here / "mine.yaml").touch()
    (here / "astor-store" / "runs" / "miniature-7233304b8347").mkdir(parents=True)
    (here / "astor-store" / "runs" / "miniature-7233304b8347.lock").touch()
    assert complete("astor", "run", "mi") == ["miniature", "mine.yaml"]
    assert complete("astor", "run", "qu") == ["quickstart"]
    assert complete("astor", "report", "miniature-") == ["miniature-7233304b8347"]
    assert complete("astor", "prune", "--runs", "m") == ["miniature-7233304b8347"]
    assert complete("astor", "pru") == ["prune"]


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (87_000_000, "87 MB"), (2e15, "2000.0 TB")]
)
def test_sizes_are_told_in_the_unit_that_fits(count: int, told: str) -> None:
    assert size(count) == told
