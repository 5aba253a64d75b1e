"""The weights of a registered version are found by their digest, or the sentence says which version lacks them."""

import shutil

import pytest
from test_models import decide, put

from astor.errors import UserError
from astor.registry.connection import connect
from astor.registry.models import registered
from astor.registry.weights import find_policy, require_kept
from astor.storage import remove


@pytest.fixture
def champion(mlflow_uri, keep, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policy = keep("one")
    put(mlflow_uri, policy.artifact, decide(policy.digest))
    return policy


def test_they_are_read_where_they_were_kept(mlflow_uri, champion, tmp_path):
    version = registered(mlflow_uri, "astor", "champion")
    assert find_policy(mlflow_uri, version, str(tmp_path / "other")) == champion


def test_a_store_that_was_moved_has_them(mlflow_uri, champion, tmp_path):
    (tmp_path / "store").rename(tmp_path / "moved")
    found = find_policy(mlflow_uri, registered(mlflow_uri, "astor", "champion"), str(tmp_path / "moved"))
    assert found.artifact.uri == f"{tmp_path}/moved/models/{champion.digest[:16]}"
    assert (found.digest, found.lineage) == (champion.digest, champion.lineage)


def test_where_nothing_is_left_alias_and_version_are_named(mlflow_uri, champion, tmp_path):
    remove(champion.artifact.uri)
    with pytest.raises(UserError) as refused:
        find_policy(mlflow_uri, registered(mlflow_uri, "astor", "champion"), str(tmp_path / "other"))
    assert str(refused.value) == (
        f"astor, version 1, which has the alias champion, cannot be read (nothing is left at {champion.artifact.uri}): "
        f"bring its weights back, or give the alias to another version in MLflow at {mlflow_uri}."
    )


@pytest.mark.parametrize("store", ["store", "other"])
def test_damaged_weights_are_not_used(mlflow_uri, champion, tmp_path, store):
    (file,) = (tmp_path / "store").glob("models/*/*/policy/config.json")
    file.write_text("ONE")
    with pytest.raises(UserError, match=r"version 1, .* cannot be read \(.* is damaged \(config.json is not what"):
        find_policy(mlflow_uri, registered(mlflow_uri, "astor", "champion"), str(tmp_path / store))


def test_a_version_that_no_run_registered_is_named(mlflow_uri):
    client = connect(mlflow_uri)
    client.create_registered_model("mine")
    client.create_model_version("mine", "/anywhere")
    client.set_registered_model_alias("mine", "champion", "1")
    with pytest.raises(UserError, match="mine, version 1, which has the alias champion, has no tags of a policy"):
        registered(mlflow_uri, "mine", "champion")


def test_whether_they_are_kept_is_known_without_reading_them(mlflow_uri, champion, keep, tmp_path):
    version = registered(mlflow_uri, "astor", "champion")
    require_kept(version, str(tmp_path / "other"))
    place = champion.artifact.uri
    remove(place)
    with pytest.raises(UserError, match=r"version 1, .* cannot be read \(nothing is left at .*bring its weights back"):
        require_kept(version, str(tmp_path / "other"))
    other = keep("two").artifact.uri
    shutil.move(other, place)
    with pytest.raises(UserError, match=f"holds another policy than {champion.digest[:12]}"):
        require_kept(version, str(tmp_path / "store"))
