"""`astor run --on cluster --dry-run`: what a submission would take, and what the cluster adds to it."""

from collections.abc import Iterator

import typer

from astor.cli.plan import plan_lines, time_in_words
from astor.errors import UserError
from astor.launch.compilation import compile_pipeline, recipe_text
from astor.launch.submission import version_name
from astor.masking import masked
from astor.recipe.overhead import MOST_NODES, Granularity, overhead
from astor.recipe.recipe import Recipe
from astor.run.forecast import Forecast
from astor.run.run import Run

GRANULARITIES: tuple[Granularity, ...] = ("step", "segment")


def print_cluster_plan(recipe: Recipe, store: str) -> None:
    """Print the resolved recipe and, as YAML comments, the plan; nothing is asked of KFP, nothing is started.

    Raises:
        UserError: no cluster could run it.
    """
    compiled = compile_pipeline(recipe, recipe_text(recipe), store)
    run = Run(store, recipe)
    typer.echo(masked(run.resolved_text))
    typer.echo(f"# The plan of {run.places.name}")
    forecast, lines = _forecast(run)
    named = f"{compiled.name}, version {version_name(recipe)}, {len(compiled.text) / 1024:.0f} KiB"
    for name, value in [*lines, ("pipeline", named), *overhead_lines(recipe, forecast.seconds if forecast else None)]:
        typer.echo(f"# {name:<12} {value}")


def overhead_lines(recipe: Recipe, seconds: float | None) -> Iterator[tuple[str, str]]:
    """Name → words, of what the cluster adds in each granularity.

    Args:
        seconds: that the run takes by itself; None: nobody knows.
    """
    for granularity in GRANULARITIES:
        cost = overhead(recipe, granularity)
        share = f", {cost.seconds / (cost.seconds + seconds):.0%} of the run's time" if seconds else ""
        chosen = " (this recipe's)" if granularity == recipe.granularity else ""
        chosen = ", more than one workflow holds" if cost.nodes > MOST_NODES else chosen
        if recipe.staleness and granularity == "step":
            apart = overhead(recipe.model_copy(update={"staleness": 0}), granularity).seconds
            share += f", {time_in_words(apart - cost.seconds)} less by staleness"
        told = f"{cost.pods:,} pods and {cost.nodes:,} Argo nodes, about {time_in_words(cost.seconds)} idle{share}"
        yield f"by {granularity}", f"{told}{chosen}"


def _forecast(run: Run) -> tuple[Forecast | None, list[tuple[str, str]]]:
    """What the store tells of the run; where this machine may not read it, that."""
    try:
        forecast = Forecast(run, None)
        return forecast, list(plan_lines(forecast, "cluster"))
    except UserError as error:
        return None, [("lies in", run.places.uri), ("state", f"unknown: {error}")]
