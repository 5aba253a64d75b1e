"""Versions and aliases, on a real MLflow."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.records import GateDecision
from astor.registry.claims import Claims
from astor.registry.connection import connect
from astor.registry.models import Registered, register, registered
from astor.storage import ArtifactRef, PolicyRef, load


def decide(challenger, against="first", promoted=True):
    return GateDecision(
        promoted=promoted,
        reason="Better: mean score +0.100.",
        mean_difference=0.1,
        low=0.05,
        high=0.15,
        champion_digest=against,
        challenger_digest=challenger,
    )


def put(uri, reference, decision, run_id="0" * 32):
    """As `promote` registers; claims lie in the store of the policy."""
    policy, claims = PolicyRef(decision.challenger_digest, "first+9", reference), Claims(store(reference), "astor")
    return register(uri, "astor", policy, run_id, decision, {"astor.run": "own-1"}, claims, decision.reason)


def store(reference):
    return reference.uri.rpartition("/models/")[0]


def test_a_promoted_policy_becomes_champion_and_can_be_found(mlflow_uri, policy, tmp_path):
    reference = policy("a")
    assert registered(mlflow_uri, "astor", "champion") is None
    assert put(mlflow_uri, reference, decide("a")) == ("astor", "1", "champion")
    found = Registered(
        "astor", "1", "champion", PolicyRef("a", "first+9", reference), str(load(reference).part("policy")), "0" * 32
    )
    assert registered(mlflow_uri, "astor", "champion") == found


def test_the_source_is_the_directory_that_a_server_loads(mlflow_uri, policy):
    put(mlflow_uri, policy("a"), decide("a"))
    version = connect(mlflow_uri).get_model_version("astor", "1")
    assert (Path(version.source) / "config.json").read_text() == "a"


def test_a_version_has_few_tags_and_is_described(mlflow_uri, policy):
    put(mlflow_uri, policy("a"), decide("a"))
    version = connect(mlflow_uri).get_model_version("astor", "1")
    names = {"run", "policy", "policy_digest", "policy_lineage", "promoted"}
    assert version.tags.keys() == {f"astor.{name}" for name in names}
    assert (version.tags["astor.policy_digest"], version.tags["astor.promoted"]) == ("a", "true")
    assert version.description == "Better: mean score +0.100."


def test_a_refused_policy_is_challenger_and_the_champion_stays(mlflow_uri, policy):
    put(mlflow_uri, policy("a"), decide("a"))
    assert put(mlflow_uri, policy("b"), decide("b", "a", promoted=False)) == ("astor", "2", "challenger")
    assert registered(mlflow_uri, "astor", "champion").policy.digest == "a"
    assert registered(mlflow_uri, "astor", "challenger").policy.digest == "b"


def test_a_new_champion_remembers_the_one_before(mlflow_uri, policy):
    put(mlflow_uri, policy("a"), decide("a"))
    put(mlflow_uri, policy("b"), decide("b", "a"))
    assert registered(mlflow_uri, "astor", "champion").policy.digest == "b"
    assert connect(mlflow_uri).get_model_version("astor", "2").tags["astor.previous_champion"] == "1"


def test_a_repeat_returns_the_version_that_exists(mlflow_uri, policy):
    reference = policy("a")
    first = put(mlflow_uri, reference, decide("a"))
    assert put(mlflow_uri, reference, decide("a")) == first
    # A champion that a later run meets as its own challenger is not promoted over itself, and keeps its alias.
    assert put(mlflow_uri, reference, decide("a", "a", promoted=False)) == first


def test_a_repeat_finishes_what_an_interrupted_one_began(mlflow_uri, policy):
    reference = policy("a")
    put(mlflow_uri, reference, decide("a"))
    connect(mlflow_uri).delete_registered_model_alias("astor", "champion")
    assert put(mlflow_uri, reference, decide("a")) == ("astor", "1", "champion")
    assert registered(mlflow_uri, "astor", "champion").policy.digest == "a"


def test_a_challenger_can_be_promoted_later(mlflow_uri, policy):
    put(mlflow_uri, policy("a"), decide("a"))
    reference = policy("b")
    put(mlflow_uri, reference, decide("b", "a", promoted=False))
    assert put(mlflow_uri, reference, decide("b", "a")) == ("astor", "2", "champion")
    assert registered(mlflow_uri, "astor", "challenger") is None
    assert connect(mlflow_uri).get_model_version("astor", "2").tags["astor.promoted"] == "true"


def test_a_promotion_over_a_champion_that_is_gone_does_not_count(mlflow_uri, policy):
    put(mlflow_uri, policy("a"), decide("a"))
    put(mlflow_uri, policy("b"), decide("b", "a"))
    assert put(mlflow_uri, policy("c"), decide("c", "a")) == ("astor", "3", "challenger")
    assert registered(mlflow_uri, "astor", "champion").policy.digest == "b"


def test_a_policy_that_is_not_there_is_named(mlflow_uri, tmp_path):
    with pytest.raises(UserError, match="Nothing was committed"):
        put(mlflow_uri, ArtifactRef(f"{tmp_path}/models/none", "0123"), decide("a"))
