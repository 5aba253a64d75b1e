"""The first tasks of collections, evaluations and deployments refuse what the command line would."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from astor.components.collect import resolve_collection
from astor.components.deploy import choose_version
from astor.components.evaluation import choose_models
from astor.errors import UserError
from astor.run.listing import list_runs
from astor.run.run import Run
from astor.steps.collect import collection_place, read_options
from astor.storage import ArtifactRef


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setattr("astor.components.task.begin", lambda *_: None)  # no S3 is waited for
    return SimpleNamespace(path=str(tmp_path / "card.md"))


def collection(card: SimpleNamespace, store: str, **given: Any) -> tuple[str, str]:
    asked = {
        "recipe": "cobalt",
        "trajectories": 4,
        "turns": 2,
        "overrides": {},
        "mlflow_uri": "",
        "provision": {},
        **given,
    }
    resolved: tuple[str, str] = resolve_collection.python_func(store=store, card=card, **asked)
    return resolved


def test_a_collection_is_no_run_of_its_store(card: SimpleNamespace, tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    recipe, options = collection(card, store)
    with Run.open(ArtifactRef.parse(recipe)) as run:
        assert run.recipe.name == "cobalt"
        assert collection_place(run, read_options(json.loads(options))).startswith(f"{run.places.uri}-")
    assert list_runs(store) == []


def test_options_of_collecting_stand_beside_those_of_the_recipe(card: SimpleNamespace, tmp_path: Path) -> None:
    recipe, options = collection(card, str(tmp_path / "store"), overrides={"seed": 3, "collect.temperature": 1})
    assert "/collections/cobalt-" in recipe
    assert '"trajectories":4,"turns":2,"temperature":1.0' in options
    assert "\nseed: 3\n" in Path(card.path).read_text()


COLLECTIONS = {
    "recipe": ({"recipe": "miniature"}, "The recipe miniature has no task over turns"),
    "option": ({"overrides": {"collect.temprature": 1}}, "unknown key 'temprature': did you mean 'temperature'"),
    "value": ({"turns": 0}, "Nothing can be collected so: turns"),
    "key": ({"overrides": {"sede": 1}}, "sede.*seed"),
    "cluster": ({"overrides": {"cluster.queue": "team-b"}}, "section cluster is not the pipeline's"),
    "secret": (
        {"overrides": {"sandbox": {"type": "pool", "urls": ["http://sandbox"], "token_env": "OTHER"}}},
        r"sandbox\.token_env is OTHER, and the pipeline's tasks are told none: leave sandbox as it was compiled",
    ),
    "batch": ({"overrides": {"batch.prompts": 50000}}, "A batch has 50000 prompts, and there are"),
    "password": ({"mlflow_uri": "http://me:hidden@mlflow"}, r"tracking\.uri is http://me:\*\*\*@mlflow"),
}


@pytest.mark.parametrize(("given", "sentence"), COLLECTIONS.values(), ids=COLLECTIONS)
def test_a_wrong_collection_fails_there(card: SimpleNamespace, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        collection(card, "s3://bucket/prefix", **given)


EVALUATIONS = {
    "suite": ({"suites": ["humanevil"]}, "There is no suite humanevil: did you mean"),
    "none": ({"suites": []}, "There is nothing to evaluate on"),
    "data": ({"suites": ["mbpp"]}, "There is nothing at .*, which the suite mbpp reads"),
    "sources": ({"held_out_of": "own"}, "The recipe own has 2 sources, and a suite has one"),
    "override": ({"overrides": {"sampels": 2}}, "sampels.*samples"),
    "secret": (
        {"overrides": {"sandbox": {"type": "pool", "urls": ["http://sandbox"]}}},
        r"sandbox\.token_env is ASTOR_SANDBOX_TOKEN, and the pipeline's tasks are told none: leave sandbox as it was",
    ),
    "model": ({}, "No model is registered in MLflow at sqlite"),
}


@pytest.mark.parametrize(("given", "sentence"), EVALUATIONS.values(), ids=EVALUATIONS)
def test_a_wrong_evaluation_fails_there(
    card: SimpleNamespace, empty_database: Path, tmp_path: Path, given: dict[str, Any], sentence: str
) -> None:
    asked: dict[str, Any] = {"model": "", "against": "", "suites": ["procedural"], "held_out_of": "", "data": {}}
    asked |= {"overrides": {}, "provision": {}, "store": str(tmp_path), "mlflow_uri": f"sqlite:///{empty_database}"}
    with pytest.raises(UserError, match=sentence):
        choose_models.python_func(**{**asked, **given}, card=card)


DEPLOYMENTS = {
    "option": ({"options": {"replica": 2}}, "It cannot be deployed so: unknown key 'replica': did you mean"),
    "password": ({"mlflow_uri": "http://me:hidden@mlflow"}, r"mlflow_uri is http://me:\*\*\*@mlflow"),
}


@pytest.mark.parametrize(("given", "sentence"), DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_a_wrong_deployment_changes_no_champion(card: SimpleNamespace, given: dict[str, Any], sentence: str) -> None:
    asked: dict[str, Any] = {"model": "", "alias": "champion", "make_champion": True, "options": {}, "mlflow_uri": ""}
    with pytest.raises(UserError, match=sentence):
        choose_version.python_func(**{**asked, **given}, store="s3://bucket/prefix", card=card)
