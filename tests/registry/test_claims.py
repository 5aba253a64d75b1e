"""Who becomes champion is decided once, and the alias follows: on a real MLflow, and a store of files."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from astor.registry.claims import CHALLENGER, CHAMPION, DIGEST, FOLLOWED, PREVIOUS, Claim, Claims, follow
from astor.registry.connection import connect


@pytest.fixture
def client(mlflow_uri):
    """MLflow with a model of three versions."""
    client = connect(mlflow_uri)
    client.create_registered_model("astor")
    for digest in "abc":
        client.create_model_version("astor", "models/any", tags={DIGEST: digest}, await_creation_for=0)
    return client


@pytest.fixture
def claims(tmp_path):
    return Claims(str(tmp_path / "store"), "astor")


def champion(client):
    return aliases(client).get(CHAMPION)


def aliases(client):
    return {alias: str(version) for alias, version in client.get_registered_model("astor").aliases.items()}


def test_claims_are_numbered_and_the_last_one_counts(claims):
    assert claims.last() is None
    assert claims.make(None, "1", "a", "")
    assert claims.make(claims.last(), "2", "b", "1")
    assert claims.last() == Claim(2, "2", "b", "1")


def test_of_many_who_claim_over_the_same_champion_one_does(claims):
    claims.make(None, "1", "a", "")
    last = claims.last()
    with ThreadPoolExecutor(8) as together:
        made = list(together.map(lambda version: claims.make(last, str(version), "d", "1"), range(2, 18)))
    assert sum(made) == 1
    assert claims.last().version == str(made.index(True) + 2)


def test_the_alias_follows_whatever_stopped_the_one_who_claimed(client, claims):
    client.set_registered_model_alias("astor", CHALLENGER, "2")
    claims.make(None, "1", "a", "")
    claims.make(claims.last(), "2", "b", "1")
    follow(client, claims)
    assert aliases(client) == {CHAMPION: "2"}
    assert client.get_registered_model("astor").tags[FOLLOWED] == "2"
    assert client.get_model_version("astor", "2").tags[PREVIOUS] == "1"


def test_an_alias_that_people_moved_is_left_alone(client, claims):
    claims.make(None, "2", "b", "")
    follow(client, claims)
    client.set_registered_model_alias("astor", CHAMPION, "3")
    follow(client, claims)
    assert champion(client) == "3"


@pytest.mark.parametrize(("version", "digest"), [("1", "another"), ("9", "a")])
def test_a_claim_of_another_mlflow_is_left_alone_and_the_next_one_counts(client, claims, version, digest):
    claims.make(None, version, digest, "")
    follow(client, claims)
    assert champion(client) is None
    assert claims.make(claims.last(), "2", "b", "")
    follow(client, claims)
    assert champion(client) == "2"


def test_one_that_falls_behind_a_later_claim_catches_up(client, claims, monkeypatch):
    """Another claims, and has the alias follow, between what this one reads and what it sets."""
    claims.make(None, "1", "a", "")
    set_alias, others = type(client).set_registered_model_alias, iter(["2"])

    def overtaken(own, model, alias, version):
        if other := next(others, None):
            claims.make(claims.last(), other, "b", version)
            follow(client, claims)
        set_alias(own, model, alias, version)

    monkeypatch.setattr(type(client), "set_registered_model_alias", overtaken)
    follow(client, claims)
    assert champion(client) == "2"
