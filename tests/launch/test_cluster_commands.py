"""The commands for a cluster as people give them, in this process."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result
from where_runs_go import Cluster

from astor.cli.main import app
from astor.launch.submitted import find_submission


def astor(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def last(result: Result) -> dict[str, Any]:
    """The JSON in the last line of output."""
    assert result.exception is None, result.exception
    told: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return told


def test_a_run_is_submitted_listed_stopped_and_gone_on_with(cluster: Cluster) -> None:
    named = ["--set", f"name={cluster.name}", "--image", cluster.image, "--mlflow-uri", cluster.mlflow]
    secrets = [word for key, name in cluster.secrets.items() for word in ("--set", f"cluster.secrets.{key}={name}")]
    submit = ["run", "miniature", "--on", "cluster", "--store", cluster.store, *named, *secrets]
    host = ["--host", cluster.url]
    submitted = astor(*submit, *host, "--detach")
    made = last(submitted)
    assert f"{made['run']} is submitted: {made['page']}" in submitted.stderr
    assert f"{cluster.mlflow}/#/experiments?experimentSearchFilter=astor\n" in submitted.stderr
    assert made["state"] in ("pending", "running")
    again = astor(*submit, *host, "--detach")
    assert "is being computed" in again.stderr
    assert last(again)["run_id"] == made["run_id"], "the same command follows it"
    table = astor("runs", "--on", "cluster", *host)
    assert made["run"] in table.stdout
    assert made["run_id"] in table.stdout
    listed = json.loads(astor("runs", "--on", "cluster", "--json", *host).stdout.splitlines()[-1])
    assert {key: listed[0][key] for key in ("run", "run_id", "store", "page")} == {
        key: made[key] for key in ("run", "run_id", "store", "page")
    }
    assert f"astor resume {made['run_id']} goes on" in astor("stop", made["run_id"], *host).stderr
    cluster.wait_until_ended(made["run_id"])
    further = last(astor("resume", made["run"], "--set", "rounds=6", "--detach", *host))
    assert further["run"] == made["run"]
    assert further["run_id"] != made["run_id"]
    assert find_submission(cluster.connect(), further["run"]).run_id == further["run_id"], "the latest"
    assert find_submission(cluster.connect(), further["run_id"]).recipe.rounds == 6
    cluster.let_finish(further["run_id"])
    if cluster.server is None:
        return
    finished = astor(*submit, "--set", "rounds=6", *host)
    assert "This run is finished" in finished.stderr
    assert last(finished)["state"] == "succeeded"


MISTAKES = {
    "store": (["run", "miniature", "--on", "cluster"], "is a directory of this machine"),
    "fresh": (["run", "miniature", "--on", "cluster", "--fresh"], "--fresh does not reach a cluster's store"),
    "image": (["run", "miniature", "--on", "cluster", "--store", "s3://b/p"], "The tasks have no image"),
    "run": (["stop", "nobody"], "has no run called nobody"),
}


@pytest.mark.parametrize(("arguments", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_before_anything_is_submitted(cluster: Cluster, arguments: list[str], sentence: str) -> None:
    assert sentence in str(astor(*arguments, "--host", cluster.url).exception)
    if cluster.server:
        assert not cluster.server.runs
        assert not cluster.server.versions


ELSEWHERE = {
    "in this process": (
        ["run", "miniature", "--on", "process", "--detach"],
        "--detach is for a cluster, and --on process is none: give --on cluster, or leave it out.",
    ),
    "on the local runner": (
        ["run", "miniature", "--host", "http://kfp:8080", "--namespace", "a", "--version-name", "b", "--dry-run"],
        "--host and --namespace and --version-name are for a cluster, and --on local is none: give --on cluster, or "
        "leave them out.",
    ),
    "of a store": (
        ["runs", "--namespace", "a"],
        "--namespace is for a cluster, and --on store is none: give --on cluster, or leave it out.",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_options_of_a_cluster_are_refused_elsewhere(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    assert str(astor(*arguments, "--store", str(tmp_path)).exception) == sentence
    assert not list(tmp_path.iterdir())


def test_the_plan_says_what_the_cluster_adds_and_asks_kfp_nothing() -> None:
    plan = astor("run", "miniature", "--on", "cluster", "--dry-run", "--store", "s3://b/p", "--image", "r/astor:1")
    assert plan.exception is None
    assert plan.stdout.count("# pipeline     post-training-miniature, version miniature-") == 1
    assert "# by step" in plan.stdout
    assert "# by segment   15 pods and 29 Argo nodes, about 2.5 min idle (this recipe's)" in plan.stdout
    assert (
        "# work         how long it takes is known after the first round, or where pools have accelerators"
        in plan.stdout
    )
    assert "# S3           688 kB a round, 309 kB to it and 380 kB from it, estimated" in plan.stdout
    assert "# sandbox      0.021 cores a rollout, 0.67 for a round that is judged in 10 s, estimated" in plan.stdout


def test_a_plan_without_the_model_says_what_it_wants_to_reckon_with() -> None:
    plan = astor("run", "qwen2.5-coder-7b", "--on", "cluster", "--dry-run", "--store", "s3://b/p", "--image", "r/a:1")
    assert plan.exception is None
    lines = {line[2:14].strip(): line[15:] for line in plan.stdout.splitlines() if line.startswith("# ")}
    wanted = "by the policy's size, but no model at Qwen2.5-Coder-7B-Instruct of this machine tells it: give --set "
    assert lines["work"] == f"how long it takes is known after the first round, or {wanted}policy.path=DIRECTORY"
    assert lines["S3"] == f"known {wanted}policy.path=DIRECTORY"


def test_an_interruption_detaches_and_stops_nothing(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    if cluster.server is None:
        pytest.skip("nobody interrupts a real one in time")

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    run_id = cluster.add_run()
    cluster.server.task(run_id, "resolve-recipe", "SUCCEEDED")
    monkeypatch.setattr("astor.launch.following.time.sleep", interrupt)
    monkeypatch.setattr("astor.cli.cluster.resume", lambda kfp, found, *_: found)
    left = astor("resume", run_id, "--host", cluster.url)
    assert f"Detached: the run goes on. The same command follows it; astor stop {run_id} ends it." in left.stderr
    assert last(left)["state"] == "running"
    assert cluster.server.runs[run_id].state == "RUNNING"
