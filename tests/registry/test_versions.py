"""Versions are listed, made champion and taken back."""

import pytest

from astor.errors import UserError
from astor.registry.choose import OPTION, choose
from astor.registry.claims import CHAMPION, Claims
from astor.registry.connection import connect
from astor.registry.versions import list_versions, promote, rollback
from tests.registry.test_models import decide, put


@pytest.fixture
def three(mlflow_uri, policy):
    """MLflow with a champion, its successor and a policy that the gate refused."""
    put(mlflow_uri, policy("a"), decide("a"))
    put(mlflow_uri, policy("b"), decide("b", "a"))
    put(mlflow_uri, policy("c"), decide("c", "b", promoted=False))
    return mlflow_uri


def aliases(uri):
    return {alias: str(version) for alias, version in connect(uri).get_registered_model("astor").aliases.items()}


def test_versions_are_listed_the_newest_first_with_what_became_of_them(three):
    told = [(one.version, one.aliases, one.gate, one.before, one.run) for one in list_versions(three)]
    assert told == [
        ("3", ("challenger",), "refused", "", "own-1"),
        ("2", ("champion",), "promoted", "1", "own-1"),
        ("1", (), "promoted", "", "own-1"),
    ]
    assert list_versions(three, "none") == []


def test_scores_are_read_from_tags(three):
    connect(three).set_model_version_tag("astor", "3", "astor.score.unit_tests", "0.2500")
    assert list_versions(three, "astor")[0].scores == {"unit_tests": 0.25}


def test_a_rollback_takes_one_promotion_back_and_the_next_run_meets_that_champion(three, policy, tmp_path):
    assert rollback(three, str(tmp_path), "astor") == ("1", "2")
    assert aliases(three) == {"champion": "1", "challenger": "3"}
    assert put(three, policy("d"), decide("d", "b")) == ("astor", "4", "challenger")
    assert put(three, policy("e"), decide("e", "a")) == ("astor", "5", "champion")
    assert list_versions(three)[0].before == "1"


def test_a_version_is_promoted_by_hand_and_that_is_taken_back(three, tmp_path):
    assert promote(three, str(tmp_path), choose(three, "astor/3", None, None, OPTION)) == "2"
    assert aliases(three) == {"champion": "3"}
    assert rollback(three, str(tmp_path), "astor") == ("2", "3")


def test_what_cannot_be_moved_is_one_sentence(three, tmp_path, monkeypatch):
    store = str(tmp_path)
    with pytest.raises(UserError, match="version 2, is champion already"):
        promote(three, store, choose(three, "astor/2", None, None, OPTION))
    rollback(three, store, "astor")
    with pytest.raises(UserError, match="version 1, is champion, and none was champion before it"):
        rollback(three, store, "astor")
    monkeypatch.setattr(Claims, "make", lambda *arguments: False)
    with pytest.raises(UserError, match="became champion meanwhile"):
        promote(three, store, choose(three, "astor/3", None, None, OPTION))
    connect(three).delete_registered_model_alias("astor", CHAMPION)
    with pytest.raises(UserError, match="has no champion"):
        rollback(three, store, "astor")


def test_a_champion_before_that_was_deleted_is_told(three, tmp_path):
    connect(three).delete_model_version("astor", "1")
    with pytest.raises(UserError, match="version 1, which was champion before it, is gone"):
        rollback(three, str(tmp_path), "astor")
