"""A run commits each artifact once, knows what it was made from, and says what is damaged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.records import Champion
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef

INPUTS = {"prompts": ArtifactRef("anywhere", "1234"), "report": None}
CHAMPION = Champion(policy=PolicyRef("abcd", "abcd", ArtifactRef("store/policy", "ef01")))
Miniature = Callable[..., Run]


def test_what_was_made_from_the_same_inputs_is_found_again(miniature: Miniature) -> None:
    run = miniature()
    uri = run.places.at("plan")
    assert run.artifacts.done(uri, INPUTS) is None
    reference = run.artifacts.commit(uri, INPUTS, champion=CHAMPION)
    assert run.artifacts.done(uri, INPUTS) == reference
    moved = {"prompts": ArtifactRef("moved/elsewhere", "1234")}
    assert run.artifacts.done(uri, INPUTS | moved) == reference, "digests count, places do not"
    assert reference == run.artifacts.committed(uri) == ArtifactRef.parse(f"{uri}#{reference.digest}")


def test_what_was_made_from_other_inputs_is_refused(miniature: Miniature) -> None:
    run = miniature()
    run.artifacts.commit(run.places.at("plan"), INPUTS, champion=CHAMPION)
    with pytest.raises(UserError, match=r"plan was made from other inputs than these: run again with --fresh"):
        run.artifacts.done(run.places.at("plan"), INPUTS | {"prompts": ArtifactRef("anywhere", "5678")})


def test_whoever_commits_first_wins(miniature: Miniature) -> None:
    first, second = miniature(), miniature()
    reference = first.artifacts.commit(first.places.at("plan"), {}, champion=CHAMPION)
    other = CHAMPION.model_copy(update={"policy": PolicyRef("other", "other")})
    assert second.artifacts.commit(second.places.at("plan"), {}, champion=other) == reference
    assert second.artifacts.read(reference, "champion") == CHAMPION


def test_a_reference_names_one_artifact_and_no_other(miniature: Miniature) -> None:
    run = miniature()
    committed = run.artifacts.commit(run.places.at("plan"), {}, champion=CHAMPION)
    with pytest.raises(UserError, match="not the expected 0000"):
        miniature().artifacts.read(ArtifactRef(committed.uri, "0000"), "champion")


def test_any_process_opens_a_run_by_the_reference_of_its_recipe(miniature: Miniature) -> None:
    run = miniature(seed=4)
    opened = Run.open(run.resolve())
    assert (opened.places.uri, opened.recipe) == (run.places.uri, run.recipe)


def test_a_recipe_that_is_not_the_runs_own_is_refused(miniature: Miniature) -> None:
    run = miniature()
    reference = run.resolve()
    (written,) = Path(run.places.uri).glob("recipe/*/recipe/recipe.yaml")
    written.write_text(miniature(seed=4).resolved_text)
    with pytest.raises(UserError, match=r"recipe is damaged \(recipe.yaml is not what was committed\)"):
        Run.open(reference)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("manifest.json", "its manifest.json cannot be read"),
        ("*/champion/champion.json", "champion.json is not what was committed"),
    ],
)
def test_a_damaged_artifact_is_named_and_made_anew_once_removed(miniature: Miniature, file: str, reason: str) -> None:
    run = miniature()
    reference = run.artifacts.commit(run.places.at("plan"), {}, champion=CHAMPION)
    (path,) = Path(run.places.at("plan")).glob(file)
    path.write_text(path.read_text()[:10])
    other = miniature()
    with pytest.raises(UserError) as refused:
        other.artifacts.read(reference, "champion")
    told = f"{run.places.at('plan')} is damaged ({reason}): remove it and run again what made it, which makes it anew."
    assert str(refused.value) == told
    other.places.remove("plan")
    assert other.artifacts.commit(other.places.at("plan"), {}, champion=CHAMPION) == reference


def test_rounds_have_places_of_five_digits(miniature: Miniature) -> None:
    run = miniature()
    assert run.places.at("rounds", 7, "score") == f"{run.places.uri}/rounds/00007/score"
    run.artifacts.commit(run.places.at("rounds", 7, "score"), {}, champion=CHAMPION)
    assert run.places.below("rounds") == ["00007"]
    run.places.remove("rounds", 7)
    assert run.places.below("rounds") == []


def test_the_sandbox_is_the_one_that_the_recipe_names(miniature: Miniature) -> None:
    pool = {"type": "pool", "urls": ["http://127.0.0.1:9"], "patience_seconds": 0}
    with miniature(sandbox=pool) as run, pytest.raises(UserError, match=r"No server .* \(http://127.0.0.1:9"):
        run.services.sandbox.run([])
