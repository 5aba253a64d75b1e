"""What was served last is served again while MLflow, or the place of the weights, is away."""

import shutil

import pytest

from astor.cli.serve import find_version
from astor.errors import UserError
from astor.registry.claims import DIGEST
from astor.registry.connection import connect
from astor.registry.models import LINEAGE, POLICY
from astor.serving.last_served import recall, remember
from astor.storage import Attempt, committed, digest_directory

AWAY = "http://127.0.0.1:9"
QUESTION = (AWAY, "astor", "champion", "store")


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "config.json").write_text("{}")
    return tmp_path / "policy"


def test_it_is_recalled_as_long_as_its_files_are_what_they_were(directory):
    assert recall(QUESTION) is None
    remember(QUESTION, "astor", "3", digest_directory(directory), directory)
    assert recall(QUESTION).version == "3"
    assert recall((*QUESTION[:2], "challenger", "store")) is None
    (directory / "config.json").write_text("[]")
    assert recall(QUESTION) is None
    (directory / "config.json").unlink()
    directory.rmdir()
    assert recall(QUESTION) is None


def test_it_is_served_and_told_where_mlflow_does_not_answer(directory, capsys):
    with pytest.raises(UserError, match=f"MLflow at {AWAY} cannot be used"):
        find_version("astor", "champion", "store", AWAY)
    remember(QUESTION, "astor", "3", digest_directory(directory), directory)
    assert find_version("astor", "champion", "store", AWAY) == ("astor", directory)
    told = capsys.readouterr().err
    assert f"MLflow at {AWAY} cannot be used" in told
    assert "Served is version 3 of astor, which was served here on 20" in told


def test_a_cache_that_cannot_be_written_keeps_nobody_from_serving(
    directory, empty_database, monkeypatch, tmp_path, capsys
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with Attempt(str(tmp_path / "kept")) as attempt:
        shutil.copytree(directory, attempt.part("policy", "Policy/1"), dirs_exist_ok=True)
        attempt.commit()
    kept = committed(str(tmp_path / "kept"))
    digest = kept.manifest.parts["policy"].digest
    uri = f"sqlite:///{shutil.copy(empty_database, tmp_path / 'mlflow.db')}"
    client = connect(uri)
    client.create_registered_model("astor")
    tags = {DIGEST: digest, LINEAGE: digest, POLICY: str(kept.ref)}
    client.create_model_version("astor", str(kept.part("policy")), tags=tags)
    client.set_registered_model_alias("astor", "champion", "1")
    assert find_version("astor", "champion", "store", uri) == ("astor", kept.part("policy"))
    assert "is not remembered for the time when MLflow is away" in capsys.readouterr().err


def test_what_mlflow_answers_counts(directory, tmp_path):
    nowhere = f"sqlite:///{tmp_path / 'none.db'}"
    remember((nowhere, "astor", "champion", "store"), "astor", "3", digest_directory(directory), directory)
    with pytest.raises(UserError, match="No model is registered"):
        find_version("astor", "champion", "store", nowhere)
