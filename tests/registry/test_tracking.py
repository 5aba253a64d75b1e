"""One MLflow run per run, on a real MLflow."""

import json
import socket
import time

import pytest

from astor.errors import UserError
from astor.records import Score, Scores, TaskStatistics, TaskUpdate, UpdateReport
from astor.registry.connection import connect
from astor.registry.tracking import CONTINUES, PARENT, RUN, Tracker, flatten, metric_name, round_metrics

STATISTICS = TaskStatistics(
    quota=16,
    share=0.25,
    kl_coefficient=0.02,
    kl_multiplier=1.0,
    utility=0.4,
    potential=0.5,
    synergy=0.1,
    prompts=16,
    informative=12,
    dropped=0,
    score=0.3,
    reward=0.37,
    tokens=900,
    mean_tokens=7.0,
)
UPDATE = TaskUpdate(
    tokens=800,
    informative_groups=12,
    anchors=4,
    loss_before=0.0,
    loss_after=-0.01,
    kl=0.02,
    entropy=0.8,
    clipped_share=0.01,
    engine_difference=1e-5,
)


def report(**changes):
    values = {
        "round": 0,
        "tasks": {"io": UPDATE},
        "optimizer_steps": 4,
        "skipped_steps": 0,
        "gradient_norm": 0.7,
        "learning_rate": 5e-4,
    }
    return UpdateReport(**values | changes)


def tracker(uri, name="quickstart-1", digest="d" * 64):
    return Tracker(uri, "astor", name, digest)


def history(uri, run_id, key):
    return [(metric.step, metric.value) for metric in connect(uri).get_metric_history(run_id, key)]


def test_the_same_run_is_found_again_and_another_is_made_for_another(mlflow_uri):
    first = tracker(mlflow_uri)
    assert tracker(mlflow_uri).run_id == first.run_id
    assert tracker(mlflow_uri, "quickstart-2", "e" * 64).run_id != first.run_id


def test_a_retired_run_is_not_found_again(mlflow_uri):
    first = tracker(mlflow_uri)
    first.retire()
    assert tracker(mlflow_uri).run_id != first.run_id


def test_a_round_is_logged_once_per_metric_whoever_logs_it(mlflow_uri):
    one = tracker(mlflow_uri)
    one.log_round(0, {"score/io": 0.1})
    one.log_round(1, {"score/io": 0.2})
    one.log_round(1, {"score/io": 0.9})
    again = tracker(mlflow_uri)
    again.log_round(1, {"score/io": 0.9, "kl/io": 0.5})
    again.log_round(2, {"score/io": 0.3})
    assert history(mlflow_uri, one.run_id, "score/io") == [(0, 0.1), (1, 0.2), (2, 0.3)]
    assert history(mlflow_uri, one.run_id, "kl/io") == [(1, 0.5)]


def test_scores_become_curves_of_their_split(mlflow_uri):
    one = tracker(mlflow_uri)
    rows = (
        Score(task="io", metric="score", value=0.4, low=0.3, high=0.5, count=9),
        Score(task="io", metric="pass@4", value=0.6, low=0.3, high=0.5, count=9),
    )
    one.log_scores([Scores(policy_digest="p", split="held_out", round=20, scores=rows)])
    assert history(mlflow_uri, one.run_id, "held_out_score/io") == [(20, 0.4)]
    assert history(mlflow_uri, one.run_id, "held_out_pass_at_4/io") == [(20, 0.6)]


def test_texts_and_parameters_lie_beside_the_database(mlflow_uri, tmp_path):
    one = tracker(mlflow_uri)
    one.log_parameters({"batch": {"prompts": 64}, "seed": 0})
    one.log_parameters({"batch": {"prompts": 64}, "seed": 0})
    one.log_texts({"report.html": "<html>", "recipe.yaml": "seed: 0"})
    one.finish()
    run = connect(mlflow_uri).get_run(one.run_id)
    assert run.data.params == {"batch.prompts": "64", "seed": "0"}
    assert run.info.status == "FINISHED"
    assert {path.name for path in (tmp_path / "mlartifacts").rglob("*.*")} == {"report.html", "recipe.yaml"}
    assert not (tmp_path / "mlruns").exists()


def test_a_run_that_ended_early_is_shown_as_such_until_it_goes_on(mlflow_uri):
    def status():
        return connect(mlflow_uri).get_run(tracker(mlflow_uri).run_id).info.status

    for early in ("KILLED", "FAILED"):
        tracker(mlflow_uri).abandon(early)
        assert status() == early
        one = tracker(mlflow_uri)
        one.log_round(0, {"score/io": 0.1})
        assert status() == "RUNNING"
        one.abandon(early)
        one.log_round(1, {"score/io": 0.2})
        assert status() == "RUNNING"


def test_on_a_cluster_it_is_the_root_run_of_the_plugin(mlflow_uri, monkeypatch):
    client = connect(mlflow_uri)
    experiment = client.create_experiment("KFP-Default")
    root = client.create_run(experiment).info.run_id
    nested = client.create_run(experiment, tags={PARENT: root}).info.run_id
    task = client.create_run(experiment, tags={PARENT: nested}).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", task)
    assert tracker(mlflow_uri).run_id == root
    monkeypatch.setenv("KFP_MLFLOW_CONFIG", json.dumps({"parentRunId": root}))
    one = tracker(mlflow_uri)
    assert one.run_id == root
    one.finish()
    assert client.get_run(root).info.status == "RUNNING"


def test_a_resumed_submission_names_the_one_it_continues(mlflow_uri, monkeypatch):
    client = connect(mlflow_uri)
    experiment = client.create_experiment("KFP-Default")
    roots = [client.create_run(experiment).info.run_id for _ in range(2)]
    for root in roots:
        monkeypatch.setenv("KFP_MLFLOW_CONFIG", json.dumps({"parentRunId": root}))
        tracker(mlflow_uri)
    first, second = (client.get_run(root).data.tags for root in roots)
    assert CONTINUES not in first
    assert second[CONTINUES] == roots[0]
    assert second[RUN] == "quickstart-1"


def test_a_root_run_of_another_server_is_none_of_ours(mlflow_uri, monkeypatch):
    monkeypatch.setenv("KFP_MLFLOW_CONFIG", json.dumps({"parentRunId": "0" * 32}))
    assert tracker(mlflow_uri).run_id != "0" * 32


def test_a_server_that_is_not_there_is_said_soon():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{free.getsockname()[1]}"
    started = time.monotonic()
    with pytest.raises(UserError, match=f"MLflow at {uri} cannot be used"):
        tracker(uri)
    assert time.monotonic() - started < 15


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "mlflow.db").write_text("this is not a database, " * 100)
    with pytest.raises(UserError, match=r"mlflow\.db cannot be used"):
        tracker(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_round_metrics_name_quantity_and_task():
    metrics = round_metrics({"io": STATISTICS}, report())
    assert metrics["acceptance/io"] == 0.75
    assert metrics["kl/io"] == 0.02
    assert metrics["quota/io"] == 16
    assert metrics["optimizer/learning_rate"] == 5e-4
    assert "gradient_norm/io" not in metrics


def test_round_metrics_leave_out_what_was_not_measured():
    metrics = round_metrics({"io": STATISTICS.model_copy(update={"prompts": 0, "informative": 0})}, None)
    assert "acceptance/io" not in metrics
    assert not any(name.startswith("optimizer") for name in metrics)


def test_names_are_in_mlflows_characters():
    assert metric_name("held_out_pass@4/my task (hard)") == "held_out_pass_at_4/my task _hard_"


def test_parameters_have_dotted_names():
    assert flatten({"a": {"b": {"c": 1}, "d": None}, "e": {}}) == {"a.b.c": "1", "a.d": "None", "e": "{}"}
