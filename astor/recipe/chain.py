"""The chain of a pipeline: rounds or segments, as many as were compiled into it."""

from astor.errors import UserError
from astor.recipe.recipe import Recipe


def links(recipe: Recipe) -> int:
    """Rounds or segments that the recipe's chain has."""
    return recipe.segments if recipe.granularity == "segment" else recipe.rounds


def require_chain(recipe: Recipe, compiled: int, granularity: str, staleness: int) -> None:
    """UserError where a pipeline was compiled with a chain that is not the recipe's, told before anything is spent."""
    if granularity != recipe.granularity:
        raise UserError(
            f"granularity is {recipe.granularity}, and the pipeline's chain is one of {granularity}s: set granularity: "
            f"{granularity}, or compile the pipeline anew."
        )
    if granularity == "step" and staleness != recipe.staleness:
        raise UserError(
            f"staleness is {recipe.staleness}, and the pipeline's rounds follow one another as with {staleness}: set "
            f"staleness: {staleness}, or compile the pipeline anew."
        )
    if links(recipe) == compiled:
        return
    way = "compile the pipeline anew (astor compile), or submit with astor run --on cluster"
    if granularity == "step":
        raise UserError(
            f"rounds is {recipe.rounds}, and the pipeline's chain has {compiled}: set it to that, or {way}."
        )
    raise UserError(
        f"rounds is {recipe.rounds}, which makes {recipe.segments} segments of {recipe.rounds_per_segment}, and the "
        f"pipeline's chain has {compiled}: change rounds or rounds_per_segment so that they fit, or {way}."
    )
