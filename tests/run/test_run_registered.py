"""A run that starts from a registered model: looked up once, kept in the run, checked by its digest."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.options import TinyOptions
from astor.policies.policy import save_policy
from astor.policies.tiny import make_policy
from astor.records import Champion, GateDecision
from astor.registry.claims import DIGEST, Claims
from astor.registry.connection import connect
from astor.registry.models import register
from astor.run.models import keep_policy
from astor.run.preflight import preflight
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.storage import ArtifactRef, Attempt, PolicyRef, remove

Miniature = Callable[..., Run]
ANY = ArtifactRef("nowhere", "0123")
DECISION = {"promoted": True, "reason": "", "mean_difference": 0.1, "low": 0.0, "high": 0.2, "champion_digest": ""}
TINY = TinyOptions(hidden_size=32, layers=1, heads=2, mlp_size=32, vocabulary=200, context=64)


def add_version(run: Run, directory: Path, seed: int) -> PolicyRef:
    """A further version of the model `mine`, which has the alias champion from now on."""
    with Attempt(str(directory / f"draft-{seed}")) as attempt:
        save_policy(make_policy(["def f(x):\n    return x"], TINY, seed), attempt.part("policy", "Policy/1"), "r")
        artifact = attempt.commit()
    digest = artifact.manifest.parts["policy"].digest
    kept = keep_policy(run, PolicyRef(digest, digest, artifact.ref))
    decision = GateDecision(**DECISION, challenger_digest=digest)
    uri = run.services.tracking_uri
    version = register(uri, "mine", kept, "0" * 32, decision, {}, Claims(run.places.root, "mine")).version
    connect(uri).set_registered_model_alias("mine", "champion", version)
    return kept


@pytest.fixture
def run(miniature: Miniature, empty_database: Path, tmp_path: Path) -> Run:
    (tmp_path / "store").mkdir()
    shutil.copy(empty_database, tmp_path / "store" / "mlflow.db")
    return miniature(policy={"type": "registered", "model": "mine"})


def begin(run: Run) -> PolicyRef:
    """As far as a run comes before its first round."""
    run.resolve()
    first = initialise(run, ANY)
    run.artifacts.commit(run.places.at("plan"), {"prompts": ANY, "policy": first}, champion=Champion(policy=first))
    return first


def test_its_first_policy_is_the_one_that_is_registered(run: Run, miniature: Miniature, tmp_path: Path) -> None:
    version = add_version(run, tmp_path, seed=0)
    first = begin(run)
    assert (first.digest, first.lineage) == (version.digest, version.digest)
    numbered = miniature(policy={"type": "registered", "model": "mine", "version": 1})
    numbered.resolve()
    assert initialise(numbered, ANY) == first, "it is cached by its content"


def test_the_alias_may_move_once_the_run_has_begun(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_version(run, tmp_path, seed=0)
    first = begin(run)
    assert run.moved() == ""
    add_version(run, tmp_path, seed=1)
    assert initialise(run, ANY) == first
    assert run.changes() == []
    assert run.moved() == "mine/1, which is mine/2 now"
    longer = Run(run.places.root, run.recipe.model_copy(update={"rounds": 9}))
    recipe = longer.resolve()
    assert "goes on from mine/1, which is mine/2 now; --fresh starts over." in capsys.readouterr().err
    assert initialise(Run.open(recipe), ANY) == first


def test_before_the_plan_the_alias_is_looked_up_again(run: Run, tmp_path: Path) -> None:
    add_version(run, tmp_path, seed=0)
    before = run.resolve()
    second = add_version(run, tmp_path, seed=1)
    after = run.resolve()
    assert before != after, "a pipeline's cache is keyed by the ref"
    assert initialise(run, ANY).digest == second.digest


def test_a_run_that_has_begun_needs_no_registry(run: Run, tmp_path: Path) -> None:
    add_version(run, tmp_path, seed=0)
    first = begin(run)
    shutil.rmtree(tmp_path / "store" / "models")
    (tmp_path / "store" / "mlflow.db").unlink()
    preflight(run, writes=True)
    run.resolve()
    assert initialise(run, ANY) == first


def test_a_version_that_became_another_policy_is_refused(run: Run, tmp_path: Path) -> None:
    version = add_version(run, tmp_path, seed=0)
    run.resolve()
    connect(run.services.tracking_uri).set_model_version_tag("mine", "1", DIGEST, "f" * 64)
    with pytest.raises(UserError, match=rf"^mine/1 in MLflow at .* is ffffffffffff, not {version.digest[:12]} as when"):
        initialise(run, ANY)


def test_what_cannot_be_begun_from_is_told_before_anything_is_spent(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^No model is registered in MLflow at sqlite.*: check tracking.uri and --st"):
        preflight(run, writes=True)
    assert [path.name for path in tmp_path.rglob("*")] == ["store", "mlflow.db"], "nothing is written"
    version = add_version(run, tmp_path, seed=0)
    preflight(run, writes=True)
    connect(run.services.tracking_uri).delete_registered_model_alias("mine", "champion")
    with pytest.raises(UserError, match=r"^No version of mine has the alias champion in .*; it has none"):
        preflight(run, writes=True)
    remove(version.committed.uri)
    connect(run.services.tracking_uri).set_registered_model_alias("mine", "champion", "1")
    with pytest.raises(UserError, match=r"^mine, version 1, which has the alias champion, cannot be read \(nothing"):
        preflight(run, writes=True)
