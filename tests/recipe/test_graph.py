"""A pipeline's graph is the recipe's, or its first task says so."""

from typing import Any

import pytest

from astor.errors import UserError
from astor.recipe.graph import Graph, links
from astor.recipe.load import load_recipe

STEPS = {"granularity": "step"}
POOL = {"sandbox": {"type": "pool", "urls": ["http://sandbox"]}}
ZERO = {"training": {"type": "deepspeed", "processes": 8}}
ONE_NODE = ZERO | {"cluster": {"pools": {"train": {"accelerators": 8, "claim": "trainer"}}}}
TWO_NODES = ONE_NODE | STEPS | {"training": {"type": "deepspeed", "processes": 16}}


@pytest.mark.parametrize(("overrides", "count"), [({}, 2), ({"rounds": 5}, 3), (STEPS, 4)])
def test_a_graph_fits_the_recipe_that_it_was_drawn_by(overrides: dict[str, Any], count: int) -> None:
    recipe = load_recipe("miniature", overrides)
    assert links(recipe) == count
    Graph.of(recipe).require(recipe)


FOLLOWED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a segment evaluates by itself": ({}, {"evaluation.every": 2}),
    "and overlaps by itself": ({}, {"staleness": 1, "training.loss.importance_cap": 2}),
    "as many rounds in as many segments": ({}, {"rounds": 2, "rounds_per_segment": 1, "checkpoint_every": 1}),
    "another address of the pool": (POOL, {"sandbox": {"type": "pool", "urls": ["http://other"]}}),
    "no pool": (POOL, {"sandbox": {"type": "local"}}),
    "fewer processes in one pod": (ONE_NODE, {"training": {"type": "deepspeed", "processes": 4}}),
    "processors": ({}, {"training": {"type": "deepspeed", "processes": 64}}),
}


@pytest.mark.parametrize(("compiled", "overrides"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_a_graph_leaves_open_may_change(compiled: dict[str, Any], overrides: dict[str, Any]) -> None:
    Graph.of(load_recipe("miniature", compiled)).require(load_recipe("miniature", overrides))


MISTAKES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "too short": ({}, {"rounds": 8}, r"rounds is 8, which makes 4 segments of 2, and .* chain has 2"),
    "too long": ({"rounds": 6}, {}, r"rounds is 4, which makes 2 segments of 2, and .* chain has 3"),
    "rounds": (STEPS, STEPS | {"rounds": 8}, r"rounds is 8, and the pipeline's chain has 4: set it to 4"),
    "granularity": ({}, STEPS, r"granularity is step, and .* one of segments: set granularity: segment"),
    "staleness": (
        STEPS,
        STEPS | {"staleness": 1, "training.loss.importance_cap": 2},
        r"staleness is 1, and .* follow one another as with 0: set staleness: 0",
    ),
    "evaluations": (
        STEPS | {"evaluation.every": 2},
        STEPS,
        r"evaluation\.every is 0, and the pipeline evaluates every 2 rounds: set it to 2",
    ),
    "no evaluations": (
        STEPS,
        STEPS | {"evaluation.every": 2},
        r"evaluation\.every is 2, and the pipeline evaluates between no rounds: set it to 0",
    ),
    "a pool": ({}, POOL, r"sandbox\.token_env is ASTOR_SANDBOX_TOKEN, and .* told none: leave sandbox"),
    "another token": (
        POOL,
        {"sandbox": {**POOL["sandbox"], "token_env": "OTHER"}},
        r"sandbox\.token_env is OTHER, and .* told that of ASTOR_SANDBOX_TOKEN",
    ),
    "more processes than a pod has accelerators": (
        ONE_NODE,
        {"training": {"type": "deepspeed", "processes": 16}},
        r"training\.processes is 16, and the pipeline's update has one node of 8 accelerators: set it to 8",
    ),
    "other processes than nodes have": (
        TWO_NODES,
        STEPS | ZERO,
        r"training\.processes is 8, and the pipeline's update has 2 nodes of 8 accelerators: set it to 16",
    ),
}


@pytest.mark.parametrize(("compiled", "overrides", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_another_graph_is_refused(compiled: dict[str, Any], overrides: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Graph.of(load_recipe("miniature", compiled)).require(load_recipe("miniature", overrides))
