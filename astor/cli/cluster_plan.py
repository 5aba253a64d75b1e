"""`astor run --on cluster --dry-run`: what a submission would take, and what the cluster adds to it."""

from collections.abc import Iterator

import typer

from astor.cli.cluster_cost import cost_lines
from astor.cli.plan import plan_lines, time_in_words
from astor.errors import UserError
from astor.launch.compilation import compile_pipeline, recipe_text
from astor.launch.preflight import IN_STEPS
from astor.launch.submission import version_name
from astor.masking import masked
from astor.recipe.overhead import MOST_NODES, Granularity, overhead
from astor.recipe.recipe import Recipe
from astor.run.cluster_cost import cluster_cost
from astor.run.forecast import Forecast
from astor.run.pace import Pace
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
    pace = forecast.pace if forecast else None
    told = (*overhead_lines(recipe, pace), *cost_lines(recipe, cluster_cost(recipe, recipe.granularity, pace)))
    for name, value in (*lines, ("pipeline", named), *told):
        typer.echo(f"# {name:<12} {value}")
    if recipe.sandbox.type == "local":
        typer.echo(f"# {IN_STEPS}")


def overhead_lines(recipe: Recipe, pace: Pace | None) -> Iterator[tuple[str, str]]:
    """Name → words, of what the cluster adds in each granularity.

    Args:
        pace: of the run, or one like it; None: nobody measured one.
    """
    for granularity in GRANULARITIES:
        cost = cluster_cost(recipe, granularity, pace)
        of, idle = cost.overhead, time_in_words(cost.overhead.seconds)
        estimated = "" if cost.is_measured else ", estimated"
        share = "" if cost.share is None else f", {cost.share:.1%} of the run's time{estimated}"
        chosen = " (this recipe's)" if granularity == recipe.granularity else ""
        chosen = ", more than one workflow holds" if of.nodes > MOST_NODES else chosen
        if recipe.staleness and granularity == "step":
            apart = overhead(recipe.model_copy(update={"staleness": 0}), granularity).seconds
            share += f", {time_in_words(apart - of.seconds)} less by staleness"
        yield f"by {granularity}", f"{of.pods:,} pods and {of.nodes:,} Argo nodes, about {idle} idle{share}{chosen}"


def _forecast(run: Run) -> tuple[Forecast | None, list[tuple[str, str]]]:
    """What the store tells of the run; where this machine may not read it, that."""
    try:
        forecast = Forecast(run, None)
        return forecast, list(plan_lines(forecast, "cluster"))
    except UserError as error:
        return None, [("lies in", run.places.uri), ("state", f"unknown: {error}")]
