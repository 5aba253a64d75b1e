"""What lies beside a database of MLflow's is named relative to it; a server is told where things are."""

from pathlib import Path

import pytest

from astor.registry.beside import location, relative, resolved, write_text
from astor.registry.connection import connect
from astor.registry.tracking import Tracker


def test_places_beside_a_database_move_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    uri, moved = "sqlite:///store/mlflow.db", f"sqlite:///{tmp_path}/moved/mlflow.db"
    for place in ("store/models/a", f"{tmp_path}/store/models/a"):
        assert relative(uri, place) == "models/a"
    assert resolved(uri, "models/a") == f"{tmp_path}/store/models/a"
    assert resolved(moved, "models/a") == f"{tmp_path}/moved/models/a"


@pytest.mark.parametrize("uri", ["sqlite:////elsewhere/mlflow.db", "http://mlflow"])
def test_other_places_stay_what_they_are(tmp_path: Path, uri: str) -> None:
    for place in (f"{tmp_path}/models/a", "s3://bucket/models/a"):
        assert resolved(uri, relative(uri, place)) == relative(uri, place) == place
    assert resolved("sqlite:////elsewhere/mlflow.db", "runs:/0123/policy") == "runs:/0123/policy"


def test_a_server_says_itself_where_artifacts_go(tmp_path: Path) -> None:
    assert location("http://mlflow", "astor") is None
    assert location(f"sqlite:///{tmp_path}/mlflow.db", "mine, too") == "mlflow-artifacts:/mine__too"
    assert not write_text("http://mlflow", "mlflow-artifacts:/1/0123/artifacts", "a.txt", "a")
    assert not write_text(f"sqlite:///{tmp_path}/mlflow.db", "s3://bucket/1/0123/artifacts", "a.txt", "a")


def test_a_database_that_was_moved_writes_where_it_is(mlflow_uri: str, tmp_path: Path) -> None:
    Tracker(mlflow_uri, "astor", "one", "d" * 64).log_texts({"a.txt": "first"})
    (tmp_path / "moved").mkdir()
    for name in ("mlflow.db", "mlartifacts"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    uri = f"sqlite:///{tmp_path}/moved/mlflow.db"
    Tracker(uri, "astor", "one", "d" * 64).log_texts({"b.txt": "second"})
    Tracker(uri, "astor", "two", "e" * 64).log_texts({"c.txt": "third"})
    assert [path.name for path in tmp_path.iterdir()] == ["moved"]
    assert {path.name for path in tmp_path.rglob("mlartifacts/astor/*/artifacts/*")} == {"a.txt", "b.txt", "c.txt"}
    assert all(one.artifact_location.startswith("mlflow-artifacts:/") for one in connect(uri).search_experiments())
