"""What stands in the registry now is asked there, and asking writes nothing."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from astor.registry.claims import DIGEST
from astor.registry.connection import connect
from astor.registry.registrations import registered_policies
from astor.registry.standing import Standing, models, standing


@pytest.fixture
def client(mlflow_uri: str) -> MlflowClient:
    """Three versions of a model, the first one champion."""
    client = connect(mlflow_uri)
    client.create_registered_model("astor")
    for digest in "abc":
        client.create_model_version("astor", f"/models/{digest}", tags={DIGEST: digest})
    client.set_registered_model_alias("astor", "champion", "1")
    return client


def test_a_version_has_the_aliases_that_it_has_now(client: MlflowClient, mlflow_uri: str) -> None:
    assert standing(mlflow_uri, "astor", "a") == Standing("1", {"champion": "1"})
    client.set_registered_model_alias("astor", "champion", "3")
    client.set_registered_model_alias("astor", "challenger", "1")
    now = standing(mlflow_uri, "astor", "a")
    assert (now.version, now.own, now.aliases["champion"]) == ("1", ["challenger"], "3")
    assert standing(mlflow_uri, "astor", "b").own == []


def test_a_policy_that_was_never_registered_there_has_no_version(client: MlflowClient, mlflow_uri: str) -> None:
    assert standing(mlflow_uri, "astor", "d").version is None
    assert models(mlflow_uri) == {"astor": {"champion": "1"}}


def test_every_version_of_every_model_counts_whatever_its_alias(mlflow_uri: str) -> None:
    client = connect(mlflow_uri)
    for name, digests in (("astor", "ab"), ("other", "c")):
        client.create_registered_model(name)
        for digest in digests:
            client.create_model_version(name, f"/models/{digest}", tags={DIGEST: digest})
    client.create_model_version("other", "/models/foreign")
    client.set_registered_model_alias("astor", "champion", "1")
    assert registered_policies(mlflow_uri) == {"a": "astor/1", "b": "astor/2", "c": "other/1"}


def test_asking_makes_no_database(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'absent' / 'mlflow.db'}"
    assert standing(uri, "astor", "a") == Standing(None, {})
    assert models(uri) == {}
    assert registered_policies(uri) == {}
    assert not list(tmp_path.iterdir())
