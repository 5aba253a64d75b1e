"""Following a submission: to its end, over an absence of KFP, to a failure."""

import json
from pathlib import Path

import pytest
from where_runs_go import Cluster

from astor.errors import UserError
from astor.launch.following import Follower
from astor.launch.submission import submit
from astor.launch.submitted import find_submission
from astor.records import State, TaskStatistics
from astor.run.progress import WATCHED, forget_progress
from astor.run.run import Run
from tests.kubernetes_answers import Cluster as Kubernetes
from tests.kubernetes_answers import write_config


def test_a_submission_is_followed_to_its_end(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WATCHED, str(tmp_path / "progress"))
    forget_progress()
    kfp, told = cluster.connect(), list[str]()
    made = submit(kfp, cluster.recipe(), cluster.store)
    cluster.let_finish(made.run_id)
    assert Follower(kfp, made, told.append, interval=1).follow().state == "SUCCEEDED"
    stages = {stage: (done, total) for stage, done, total, _ in json.loads((tmp_path / "progress").read_bytes())}
    assert stages["plan"] == (1, 1)
    assert stages.get("segments", (2, 2)) == (2, 2)
    assert stages["evaluate and promote"] == (1, 1)
    if cluster.server:
        assert told[0].startswith("Scores stand in KFP and MLflow alone, for this machine cannot read the store: ")


def test_rounds_and_scores_are_read_where_the_store_is_within_reach(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cluster.server is None:
        pytest.skip("the rounds are committed by hand")
    monkeypatch.setenv(WATCHED, str(tmp_path / "progress"))
    forget_progress()
    cluster.store = str(tmp_path / "store")
    run_id, run = cluster.add_run(), Run(cluster.store, cluster.recipe())
    for round in range(3):
        of_task = dict.fromkeys(TaskStatistics.model_fields, 0) | {"score": round / 10, "outcomes": {}}
        state = State(round=round + 1, scheduler={}, tasks={"io_prediction": TaskStatistics(**of_task)})
        run.artifacts.commit(run.places.at("rounds", round, "score"), {}, state=state)
        run.artifacts.commit(run.places.at("rounds", round, "update"), {}, state=state)
    cluster.server.task(run_id, "plan", "SUCCEEDED")
    cluster.server.end(run_id, "SUCCEEDED")
    kfp = cluster.connect()
    Follower(kfp, find_submission(kfp, run_id), print, interval=0).follow()
    assert ["rounds", 3, 4, "score 0.200"] in json.loads((tmp_path / "progress").read_bytes())


@pytest.mark.parametrize("state", ["FAILED", "CANCELED"])
def test_the_end_of_a_submission_that_failed_says_where_and_what_to_do(cluster: Cluster, state: str) -> None:
    if cluster.server is None:
        pytest.skip("pods of a real cluster fail when they like")
    run_id = cluster.add_run()
    cluster.server.task(run_id, "resolve-recipe", "SUCCEEDED")
    if state == "FAILED":
        cluster.server.task(run_id, "prepare", "FAILED", "main: Error (exit code 1)")
    cluster.server.end(run_id, state)
    kfp = cluster.connect()
    sentence = "failed in prepare: main: Error .exit code 1.;" if state == "FAILED" else "was canceled:"
    with pytest.raises(UserError, match=rf"{sentence} astor resume {run_id} goes on from the last commit"):
        Follower(kfp, find_submission(kfp, run_id), print, interval=0).follow()


def test_a_kfp_that_restarts_is_waited_for(cluster: Cluster) -> None:
    if cluster.server is None:
        pytest.skip("a real KFP is not restarted")
    run_id = cluster.add_run()
    kfp = cluster.connect()
    found = find_submission(kfp, run_id)
    cluster.server.end(run_id, "SUCCEEDED")
    cluster.server.away = 2
    assert Follower(kfp, found, print, interval=0).follow().state == "SUCCEEDED"


def test_where_pods_are_not_seen_it_is_told_that_the_run_waits(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cluster.server is None:
        pytest.skip("a real cluster's pods do not wait for long")
    monkeypatch.setattr("astor.launch.following.STILL", 0.0)
    server, run_id, told = cluster.server, cluster.add_run(), list[str]()
    looks = iter(
        [
            lambda: None,  # It is pending.
            lambda: server.task(run_id, "prepare", "RUNNING"),
            lambda: None,
            lambda: server.task(run_id, "prepare", "SUCCEEDED"),
            lambda: server.end(run_id, "SUCCEEDED"),
        ]
    )
    monkeypatch.setattr("astor.launch.following.time.sleep", lambda seconds: next(looks)())
    kfp = cluster.connect()
    Follower(kfp, find_submission(kfp, run_id), told.append).follow()
    why, *waits = told
    assert why.startswith("Pods are not looked at: The kubeconfig /dev/null cannot be used")
    still = "waiting: no task has changed for 0 min"
    assert waits == ["waiting: KFP has not begun the run", still, still], "again after a change, and not at every look"


def test_a_run_whose_pods_are_seen_is_not_called_waiting(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cluster.server is None:
        pytest.skip("the pods are a test's own")
    monkeypatch.setattr("astor.launch.following.STILL", 0.0)
    kubernetes = Kubernetes({"/api/v1/namespaces/kubeflow/pods": {"items": []}})
    write_config(tmp_path / "config", kubernetes.server.server_port)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    server, run_id, told = cluster.server, cluster.add_run(), list[str]()
    server.task(run_id, "prepare", "RUNNING")
    monkeypatch.setattr("astor.launch.following.time.sleep", lambda seconds: server.end(run_id, "SUCCEEDED"))
    kfp = cluster.connect()
    Follower(kfp, find_submission(kfp, run_id), told.append).follow()
    assert told == []
    kubernetes.server.shutdown()
