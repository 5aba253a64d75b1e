"""A copy of an MLflow database for every test; policies as stores keep them."""

import shutil

import pytest

from astor.storage import Attempt, PolicyRef, committed


@pytest.fixture
def mlflow_uri(empty_database, tmp_path, monkeypatch):
    monkeypatch.delenv("KFP_MLFLOW_CONFIG", raising=False)
    monkeypatch.delenv("MLFLOW_RUN_ID", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


@pytest.fixture
def keep(tmp_path):
    """Keeps a policy in a store, by its digest; its ref."""

    def make(name, store="store"):
        with Attempt(str(tmp_path / "draft")) as attempt:
            directory = attempt.part("policy", "Policy/1")
            (directory / "config.json").write_text(name)
            (directory / "tasks.json").write_text('{"tasks": []}')
            digest = attempt.commit().manifest.parts["policy"].digest
        place = tmp_path / store / "models" / digest[:16]
        place.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "draft").rename(place)
        return PolicyRef(digest, "first+9", committed(str(place)).ref)

    return make


@pytest.fixture
def policy(tmp_path):
    """Makes an artifact with a policy, as `promote` does; its reference."""

    def make(name):
        with Attempt(str(tmp_path / "models" / name)) as attempt:
            (attempt.part("policy", "Policy/1") / "config.json").write_text(name)
            return attempt.commit().ref

    return make
