"""What was served last is served again while MLflow, or the place of the weights, is away."""

from types import SimpleNamespace

import pytest

import astor.cli.serve as room
from astor.cli.serve import find_version
from astor.errors import UserError
from astor.registry.models import Registered
from astor.serving.last_served import recall, remember
from astor.storage import ArtifactRef, PolicyRef, digest_directory

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


def test_a_cache_that_cannot_be_written_keeps_nobody_from_serving(directory, monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    version = Registered("astor", "3", "champion", PolicyRef("d", "l", ArtifactRef("p", "d")), "s")
    found = SimpleNamespace(committed=None)
    monkeypatch.setattr(room, "choose", lambda *_: version)
    monkeypatch.setattr(room, "find_policy", lambda *_: found)
    monkeypatch.setattr(room, "load", lambda _: SimpleNamespace(part=lambda _: directory))
    assert find_version("astor", "champion", "store", AWAY) == ("astor", directory)
    assert "is not remembered for the time when MLflow is away" in capsys.readouterr().err


def test_what_mlflow_answers_counts(directory, tmp_path):
    nowhere = f"sqlite:///{tmp_path / 'none.db'}"
    remember((nowhere, "astor", "champion", "store"), "astor", "3", digest_directory(directory), directory)
    with pytest.raises(UserError, match="No model is registered"):
        find_version("astor", "champion", "store", nowhere)
