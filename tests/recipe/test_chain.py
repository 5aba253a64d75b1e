"""A pipeline's chain is the recipe's, or its first task says so."""

import pytest

from astor.errors import UserError
from astor.recipe.chain import links, require_chain
from astor.recipe.load import load_recipe

STEPS = {"granularity": "step"}


@pytest.mark.parametrize(("overrides", "count"), [({}, 2), ({"rounds": 5}, 3), (STEPS, 4)])
def test_a_chain_that_fits_passes(overrides: dict[str, object], count: int) -> None:
    recipe = load_recipe("miniature", overrides)
    assert links(recipe) == count
    require_chain(recipe, count, recipe.granularity, recipe.staleness)


MISTAKES = {
    "too short": ({"rounds": 8}, 2, "segment", r"rounds is 8, which makes 4 segments of 2, and .* chain has 2"),
    "too long": ({}, 3, "segment", r"rounds is 4, which makes 2 segments of 2, and .* chain has 3"),
    "rounds": (STEPS | {"rounds": 8}, 4, "step", r"rounds is 8, and the pipeline's chain has 4: set it to that"),
    "granularity": (STEPS, 2, "segment", r"granularity is step, and .* one of segments: set granularity: segment"),
    "staleness": (
        STEPS | {"staleness": 1, "training.loss.importance_cap": 2},
        4,
        "step",
        r"staleness is 1, and .* follow one another as with 0: set staleness: 0",
    ),
}


@pytest.mark.parametrize(("overrides", "compiled", "granularity", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_another_chain_is_refused(overrides: dict[str, object], compiled: int, granularity: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        require_chain(load_recipe("miniature", overrides), compiled, granularity, staleness=0)
