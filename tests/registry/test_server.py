"""A real MLflow server instead of a file: slow, for it takes seconds to start."""

import pytest
from test_models import decide, put

from astor.registry.connection import connect
from astor.registry.models import registered
from astor.registry.tracking import Tracker
from astor.registry.weights import find_policy
from astor.storage import ArtifactRef, PolicyRef, load, remove

pytestmark = pytest.mark.slow


def test_a_run_and_a_model_go_through_a_server(server, keep):
    tracker = Tracker(server, "astor", "quickstart-1", "d" * 64)
    tracker.log_rounds({0: {"train/io/score": 0.1}})
    tracker.log_texts({"report.html": "<html>"})
    policy = keep("one")
    version = put(server, policy.artifact, decide(policy.digest), tracker.run_id)
    assert version.alias == "champion"
    found = registered(server, "astor", "champion")
    assert (found.policy.artifact, found.source) == (policy.artifact, f"runs:/{tracker.run_id}/policy")
    uploaded = [file.path for file in connect(server).list_artifacts(tracker.run_id, "policy")]
    assert uploaded == ["policy/config.json", "policy/tasks.json"]


def test_weights_that_are_gone_from_their_place_come_from_the_server(server, keep, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policy = keep("another")
    run_id = Tracker(server, "astor", "quickstart-2", "d" * 64).run_id
    put(server, policy.artifact, decide(policy.digest, promoted=False), run_id)
    remove(policy.artifact.uri)
    version = registered(server, "astor", "challenger")
    fetched = find_policy(server, version, str(tmp_path / "other store"))
    assert fetched == PolicyRef(policy.digest, "first+9", ArtifactRef(fetched.artifact.uri, policy.artifact.digest))
    assert (load(fetched.artifact).part("policy") / "config.json").read_text() == "another"
    assert (load(fetched.artifact).part("policy") / "tasks.json").is_file(), "what it was trained on comes with it"
    # Not twice: what was fetched is kept by its digest.
    connect(server).delete_run(run_id)
    assert find_policy(server, version, str(tmp_path / "other store")) == fetched
