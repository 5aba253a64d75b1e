"""The comparison as people run it: mistakes in a sentence, a stop that leaves nothing behind, and going on."""

import json
import signal
import subprocess
import time
from pathlib import Path
from shutil import rmtree

import psutil
import pytest
from cli_command import COMMAND, ENVIRONMENT, Astor


def arguments(store: Path, *others: str) -> list[str]:
    asked = ("--methods", "uniform,specialists,merge_ties", "--seeds", "1", "--budget", "prompts=16", "--at-once", "2")
    tasks = ("--set", "tasks={io_prediction: {max_tokens: 8}, commit_message: {max_tokens: 8}}")
    return ["compare", "miniature", "--store", str(store), *asked, *tasks, *others]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (["--methods", "unifrom"], "There is no method 'unifrom': did you mean 'uniform'"),
        (["--seeds", "two"], "--seeds is 'two': give a number of seeds"),
        (["--budget", "minutes=3"], "--budget is 'minutes=3': write tokens=N or prompts=N."),
        (["--set", "seed=3"], "--set seed is the same for all runs here: use --seeds."),
        (["--reference", "astor"], "--reference names 'astor', which is not compared"),
        (["--never-useful", "io"], "--never-useful names 'io': the tasks are"),
    ],
)
def test_mistakes_are_one_sentence(others: list[str], told: str, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from astor.cli.main import app
    from astor.errors import UserError

    found = CliRunner().invoke(app, arguments(tmp_path, *others))
    assert isinstance(found.exception, UserError)
    assert told in str(found.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_stopped_comparison_leaves_no_process_and_goes_on_to_its_end(astor: Astor, tmp_path: Path) -> None:
    began = subprocess.Popen([*COMMAND, *arguments(tmp_path)], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    figures = tmp_path / "comparisons" / "miniature" / "figures"
    deadline = time.monotonic() + 900
    while not (figures.is_dir() and list(figures.iterdir())):
        assert began.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    children = psutil.Process(began.pid).children(recursive=True)
    began.send_signal(signal.SIGINT)
    _, told = began.communicate(timeout=60)
    assert "the same command goes on" in told
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    first = {path: path.stat().st_mtime_ns for path in figures.iterdir()}

    done = astor(*arguments(tmp_path))
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in first} == first, "what was finished is not run again"
    found = json.loads((tmp_path / "comparisons" / "miniature" / "results.json").read_text())
    assert found["missing"] == []
    assert {run["rounds"] for name, run in found["runs"].items() if not name.startswith("merge")} == {2}
    assert {run["prompts"] for name, run in found["runs"].items() if not name.startswith("merge")} == {16}
    assert len({run["mlflow"] for run in found["runs"].values()}) == 4
    merged = next((tmp_path / "models").glob(f"{found['runs']['merge_ties-0']['policy'][:16]}/*/policy/policy.json"))
    parents = {found["runs"][f"specialists-{task}-0"]["policy"] for task in ("io_prediction", "commit_message")}
    assert set(json.loads(merged.read_text())["parents"]) == parents

    rmtree(tmp_path / "runs")
    again = astor(*arguments(tmp_path))
    assert again.returncode == 0, again.stderr
    assert not (tmp_path / "runs").exists(), "merges, too, are known when the runs are gone"

    refused = astor(*arguments(tmp_path), "--set", "batch.rollouts=2")
    assert refused.returncode == 2
    assert "with another recipe, and batch.rollouts changed since" in refused.stderr
