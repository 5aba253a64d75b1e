"""One MLflow run per run, on a real MLflow."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from mlflow import MlflowClient
from mlflow.store.tracking.dbmodels.models import SqlDataset
from sqlalchemy import event
from sqlalchemy.orm import Session

from astor.errors import UserError
from astor.registry.connection import connect
from astor.registry.tracking import CONTINUES, PARENT, RUN, Dataset, Tracker


def tracker(uri, name="quickstart-1", digest="d" * 64):
    return Tracker(uri, "astor", name, digest)


def history(uri, run_id, key):
    return [(metric.step, metric.value) for metric in connect(uri).get_metric_history(run_id, key)]


def test_the_same_run_is_found_again_and_another_is_made_for_another(mlflow_uri):
    first = tracker(mlflow_uri)
    assert tracker(mlflow_uri).run_id == first.run_id
    assert tracker(mlflow_uri, "quickstart-2", "e" * 64).run_id != first.run_id


def test_runs_that_begin_together_share_an_experiment_that_one_of_them_makes(mlflow_uri, monkeypatch):
    look, all_looked = MlflowClient.get_experiment_by_name, Barrier(2)

    def look_at_once(client, name):
        found = look(client, name)
        if found is None:
            all_looked.wait(timeout=60)
        return found

    monkeypatch.setattr(MlflowClient, "get_experiment_by_name", look_at_once)
    with ThreadPoolExecutor(2) as together:
        one, other = together.map(lambda name: tracker(mlflow_uri, name), ["quickstart-1", "quickstart-2"])
    assert one.run_id != other.run_id
    assert one.page.split("/")[2] == other.page.split("/")[2]


def test_a_retired_run_is_not_found_again(mlflow_uri):
    first = tracker(mlflow_uri)
    first.retire()
    assert tracker(mlflow_uri).run_id != first.run_id


def test_a_round_is_logged_once_per_metric_whoever_logs_it(mlflow_uri):
    one = tracker(mlflow_uri)
    one.log_rounds({0: {"train/io/score": 0.1}})
    one.log_rounds({1: {"train/io/score": 0.2}})
    one.log_rounds({1: {"train/io/score": 0.9}})
    again = tracker(mlflow_uri)
    again.log_rounds({1: {"train/io/score": 0.9, "train/io/kl": 0.5}})
    again.log_rounds({2: {"train/io/score": 0.3}})
    assert history(mlflow_uri, one.run_id, "train/io/score") == [(0, 0.1), (1, 0.2), (2, 0.3)]
    assert history(mlflow_uri, one.run_id, "train/io/kl") == [(1, 0.5)]


def test_texts_and_parameters_lie_beside_the_database(mlflow_uri, tmp_path):
    one = tracker(mlflow_uri)
    one.log_parameters({"batch.prompts": "64", "seed": "0"})
    one.log_parameters({"batch.prompts": "64", "seed": "0"})
    one.log_texts({"report.html": "<html>", "recipe.yaml": "seed: 0"})
    one.finish()
    run = connect(mlflow_uri).get_run(one.run_id)
    assert run.data.params == {"batch.prompts": "64", "seed": "0"}
    assert run.info.status == "FINISHED"
    assert {path.name for path in (tmp_path / "mlartifacts").rglob("*.*")} == {"report.html", "recipe.yaml"}
    assert not (tmp_path / "mlruns").exists()


def test_its_data_are_listed_once(mlflow_uri):
    one = tracker(mlflow_uri)
    data = Dataset("own train", "d" * 36, "local", {"uri": "/store/cache/prompts/1"}, {"prompts": 30}, "train")
    one.log_datasets([data])
    one.log_datasets([data])
    (listed,) = connect(mlflow_uri).get_run(one.run_id).inputs.dataset_inputs
    assert (listed.dataset.name, listed.dataset.digest, listed.dataset.source_type) == ("own train", "d" * 36, "local")
    assert json.loads(listed.dataset.profile) == {"prompts": 30}
    assert [(tag.key, tag.value) for tag in listed.tags] == [("mlflow.data.context", "train")]


def test_runs_that_list_the_same_data_together_both_do(mlflow_uri):
    data = Dataset("own train", "d" * 36, "local", {"uri": "/data"}, {"prompts": 30}, "train")
    runs, both_looked = [tracker(mlflow_uri, f"quickstart-{number}") for number in (1, 2)], Barrier(2)

    def write_at_once(session, *_):
        if any(isinstance(row, SqlDataset) for row in session.new):
            both_looked.wait(timeout=60)

    event.listen(Session, "before_flush", write_at_once)
    try:
        with ThreadPoolExecutor(2) as together:
            list(together.map(lambda run: run.log_datasets([data]), runs))
    finally:
        event.remove(Session, "before_flush", write_at_once)
    for run in runs:
        (listed,) = connect(mlflow_uri).get_run(run.run_id).inputs.dataset_inputs
        assert listed.dataset.digest == data.digest


def test_who_began_it_is_told_once(mlflow_uri):
    began = {"mlflow.user": "ada", "mlflow.source.name": "astor run quickstart"}
    one = Tracker(mlflow_uri, "astor", "quickstart-1", "d" * 64, began)
    Tracker(mlflow_uri, "astor", "quickstart-1", "d" * 64, {"mlflow.user": "bob"})
    tags = connect(mlflow_uri).get_run(one.run_id).data.tags
    assert began.items() <= tags.items()


def test_a_run_that_ended_early_is_shown_as_such_until_it_goes_on(mlflow_uri):
    def status():
        return connect(mlflow_uri).get_run(tracker(mlflow_uri).run_id).info.status

    for early in ("KILLED", "FAILED"):
        tracker(mlflow_uri).abandon(early)
        assert status() == early
        one = tracker(mlflow_uri)
        one.log_rounds({0: {"train/io/score": 0.1}})
        assert status() == "RUNNING"
        one.abandon(early)
        one.log_rounds({1: {"train/io/score": 0.2}})
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
    assert time.monotonic() - started < 60


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "mlflow.db").write_text("this is not a database, " * 100)
    with pytest.raises(UserError, match=r"mlflow\.db cannot be used"):
        tracker(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_a_policy_that_was_evaluated_is_a_logged_model_with_its_scores(mlflow_uri):
    one = tracker(mlflow_uri)
    model = one.model_of("d4", 4)
    one.log_rounds({4: {"held_out/io/score": 0.5}}, model)
    again = tracker(mlflow_uri)
    assert again.model_of("d4", 4) == model, "whoever asks again"
    again.log_rounds({4: {"held_out/io/score": 0.7, "held_out/io/greedy_score": 0.6}}, model)
    other = again.model_of("d0", 0)
    found = {each.model_id: each for each in connect(mlflow_uri).search_logged_models(["1"])}
    assert found.keys() == {model, other}
    assert {each.key: (each.value, each.step) for each in found[model].metrics} == {
        "held_out/io/score": (0.5, 4),
        "held_out/io/greedy_score": (0.6, 4),
    }
    assert (found[model].name, found[model].tags["astor.policy_digest"]) == ("round-4", "d4")
    assert found[model].source_run_id == one.run_id
    assert str(found[model].status) == "READY"
