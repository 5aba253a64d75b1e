"""plan finds the champion before anything is trained, and keeps it in the run's own store."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.card import write_card
from astor.records import GateDecision, PolicyCard
from astor.registry.claims import Claims
from astor.registry.connection import connect
from astor.registry.models import register
from astor.run.champion import champion_of
from astor.run.models import keep_policy
from astor.run.preflight import preflight
from astor.run.run import Run
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.storage import Attempt, PolicyRef, digest_directory, remove

Miniature = Callable[..., Run]
DECISION = {"promoted": True, "reason": "", "mean_difference": 0.1, "low": 0.0, "high": 0.2, "champion_digest": ""}


@pytest.fixture
def run(miniature: Miniature, empty_database: Path, tmp_path: Path) -> Run:
    (tmp_path / "store").mkdir()
    shutil.copy(empty_database, tmp_path / "store" / "mlflow.db")
    return miniature(**{"data.prompts.train": 2, "data.prompts.held_out": 2, "data.prompts.promotion": 2})


def register_champion(run: Run, directory: Path) -> PolicyRef:
    """A champion of the run's registry whose weights were kept in a store of its own."""
    with Attempt(str(directory / "draft")) as attempt:
        part = attempt.part("policy", "Policy/1")
        (part / "config.json").write_text("{}")
        write_card(part, PolicyCard(digest=digest_directory(part), origin="first", round=3, recipe_digest="r"))
        artifact = attempt.commit()
    policy = PolicyRef(artifact.manifest.parts["policy"].digest, "first+3", artifact.ref)
    kept = keep_policy(Run(str(directory / "other"), run.recipe), policy)
    decision = GateDecision(**DECISION, challenger_digest=policy.digest)
    model = run.recipe.tracking.model
    claims = Claims(str(directory / "other"), model)
    register(run.services.tracking_uri, model, kept, "0" * 32, decision, {}, claims)
    return kept


def test_the_champion_of_another_store_is_kept_in_this_one(run: Run, tmp_path: Path) -> None:
    champion = register_champion(run, tmp_path)
    prompts, first = prepare(run).prompts, PolicyRef("f" * 64, "f" * 64)
    planned = plan(run, prompts, first)
    assert champion_of(run, planned) == PolicyRef(
        champion.digest, "first+3", run.artifacts.committed(run.places.model(champion.digest))
    )
    remove(str(tmp_path / "other"))
    connect(run.services.tracking_uri).delete_registered_model_alias(run.recipe.tracking.model, "champion")
    assert plan(run, prompts, first) == planned, "what the alias meant at the start stays in the run"


def test_a_champion_that_cannot_be_read_stops_the_run_before_it_trains(run: Run, tmp_path: Path) -> None:
    champion = register_champion(run, tmp_path)
    remove(champion.committed.uri)
    prompts = prepare(run).prompts
    told = (
        "astor-miniature, version 1, which has the alias champion, cannot be read .* give the alias to another version"
    )
    for writes in (True, False):
        with pytest.raises(UserError, match=told):
            preflight(run, writes)
    with pytest.raises(UserError, match=told):
        plan(run, prompts, PolicyRef("f" * 64, "f" * 64))
    assert run.artifacts.find(run.places.at("plan")) is None
