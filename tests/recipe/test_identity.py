"""Recipes that compute the same are one run, however long it is, and whoever shares its work."""

from typing import Any

import pytest

from astor.recipe.load import load_recipe

POOL = {"type": "pool", "urls": ["http://one:8080"]}


def identity(**overrides: Any) -> str:
    return load_recipe("miniature", {key.replace("__", "."): value for key, value in overrides.items()}).identity


@pytest.mark.parametrize(
    "changed",
    [
        {"rounds": 9},
        {"threads": 2, "processes": 2},
        {"granularity": "step"},
        {"rounds_per_segment": 4},
        {"checkpoint_every": 1},
        {"alarms__length_above": 0.5},
        {"sandbox__workers": 3},
        {"tracking__uri": "http://mlflow", "tracking__experiment": "other", "tracking__model": "other"},
    ],
)
def test_what_decides_nothing_of_what_is_computed_may_change(changed: dict[str, Any]) -> None:
    assert identity(**changed) == identity()


def test_a_pool_may_be_another_one() -> None:
    other = {"type": "pool", "urls": ["http://two:8080"], "patience_seconds": 1.0}
    assert identity(sandbox=POOL) == identity(sandbox=other) != identity()


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 1},
        {"evaluation__every": 2},
        {"sandbox__limits__cpu_seconds": 9.0},
        {"gate__margin": 0.1},
        {"training__gradient_checkpointing": True},
        {"training__tokens_per_micro_batch": 8192},
        {"training": {"type": "deepspeed"}},
        {"policy": {"type": "registered", "model": "astor"}},
    ],
)
def test_what_decides_it_makes_another_run(changed: dict[str, Any]) -> None:
    assert identity(**changed) != identity()


def test_the_digest_is_of_all_of_it() -> None:
    assert load_recipe("miniature", {"rounds": 9}).digest != load_recipe("miniature").digest
