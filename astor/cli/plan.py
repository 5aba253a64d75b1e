"""`astor run --dry-run`: the resolved recipe, what there is for it, and what the run would take."""

from collections.abc import Iterator
from typing import Literal

import typer

from astor.cli.words import size
from astor.evaluation.gate import power, tell_few
from astor.masking import masked
from astor.recipe.recipe import Recipe
from astor.records import Power, Split
from astor.run.checkpoints import checkpoints
from astor.run.forecast import Forecast
from astor.run.machine import free_disk, memory_limit
from astor.run.pace import at_once
from astor.run.preflight import preflight
from astor.run.prepared import Prepared
from astor.run.reading import read_prompts
from astor.run.run import Run

SPLITS = (Split.TRAIN, Split.HELD_OUT, Split.PROMOTION, Split.WARM_START)
"""In the order in which they are shown."""


def print_plan(recipe: Recipe, store: str, on: Literal["local", "process"]) -> None:
    """Print the resolved recipe and, as YAML comments, what running it would take; start nothing, write nothing.

    Raises:
        UserError: it could not come to its end, as far as that can be known.
    """
    run = Run(store, recipe)
    typer.echo(masked(run.resolved_text))
    typer.echo(f"# The plan of {run.places.name}")
    prepared = preflight(run, writes=False) or read_prompts(run)
    for name, value in plan_lines(Forecast(run, prepared), on):
        typer.echo(f"# {name:<12} {value}")


def plan_lines(forecast: Forecast, on: Literal["local", "process", "cluster"]) -> Iterator[tuple[str, str]]:
    """Name → figure for people, of what the chosen way of running means."""
    recipe, work, policy = forecast.recipe, forecast.work, forecast.size
    yield "lies in", forecast.run.places.uri
    yield "state", _state(forecast)
    yield from _prompts(recipe, forecast.prepared)
    if (gate := _gate(recipe, forecast.prepared)).few:
        yield "gate", tell_few(gate)
    yield "rounds", f"{recipe.rounds}, of {recipe.batch.prompts} prompts with {recipe.batch.rollouts} rollouts each"
    yield "rollouts", f"{work.trained:,} in training, {work.judged:,} in {work.evaluations} evaluations and the gate"
    yield "tokens", f"at most {work.most_tokens:,} generated; {_expected(forecast)}"
    yield "policy", f"{policy.parameters:,} parameters" if policy else "its size is known once it is loaded"
    yield "memory", _memory(forecast, None if on == "cluster" else memory_limit())
    yield "disk", _disk(forecast)
    yield "time", _time(forecast)
    if recipe.staleness:
        yield "overlap", _overlap(forecast)
    if on == "local":
        yield "pipeline", f"{work.pipeline_tasks} tasks by {recipe.granularity}, each a process of its own"


def _state(forecast: Forecast) -> str:
    if forecast.finished:
        return "finished: it is not run again"
    if not forecast.begun:
        return "not begun"
    last = max(checkpoints(forecast.run), default=0)
    return f"{forecast.rounds} of {forecast.recipe.rounds} rounds are done; it goes on from round {last}"


def _prompts(recipe: Recipe, prepared: Prepared | None) -> Iterator[tuple[str, str]]:
    if prepared is None:
        counts = recipe.data.prompts
        told = f"{counts.train:,} to train on, {counts.held_out:,} held out, {counts.promotion:,} for the gate"
        yield "prompts", f"not prepared yet: at most, for each of {len(recipe.tasks)} tasks, {told}"
        return
    yield "prompts", "as prepared" if prepared.verified else "as read from the sources, before items are verified"
    for split in SPLITS:
        told = ", ".join(f"{task} {prepared.counts[split].get(task, 0):,}" for task in recipe.tasks)
        if split is not Split.WARM_START or recipe.policy.reads_demonstrations:
            yield f"  {split.value.replace('_', ' ')}", told


def _gate(recipe: Recipe, prepared: Prepared | None) -> Power:
    """What the gate needs and has; before prompts are prepared, as many as the recipe asks for."""
    known = prepared.counts[Split.PROMOTION] if prepared else dict.fromkeys(recipe.tasks, recipe.data.prompts.promotion)
    return power({task: known.get(task, 0) for task in recipe.tasks}, recipe.evaluation.samples, recipe.gate)


def _expected(forecast: Forecast) -> str:
    if forecast.tokens is None or forecast.pace is None:
        return "how many is known after the first round"
    return f"about {forecast.tokens:,.0f} at the length of answers in {forecast.pace.run}"


def _memory(forecast: Forecast, limit: int | None) -> str:
    needed = forecast.memory
    if needed is None:
        return "known once the policy is loaded"
    parts = (
        f"{size(needed.programs)} of programs, {size(needed.rollout)} in a rollout, {size(needed.update)} in an update"
    )
    there = f"; there are {size(limit)}" if limit else ""
    return f"about {size(needed.peak)} at the peak: {parts}{there}"


def _disk(forecast: Forecast) -> str:
    places, disk = forecast.run.places, forecast.disk
    free = "" if places.is_remote else f"; {size(free_disk(places.root))} are free"
    if disk is None:
        return f"known once the policy is loaded{free}"
    kept = f"{size(forecast.checkpoint)} a checkpoint, of which {forecast.kept} of {forecast.work.checkpoints} are kept"
    return f"about {size(disk)} in all: {kept}{free}"


def _time(forecast: Forecast) -> str:
    seconds, pace = forecast.seconds, forecast.pace
    if forecast.finished:
        return "none: its result is printed"
    if seconds is None or pace is None:
        return "unknown until a round was run on this machine"
    of = "its own rounds" if pace.run == forecast.run.places.name else f"{pace.rounds} rounds of {pace.run}"
    return f"about {time_in_words(seconds)} more, at {pace.round:.2g} s a round as in {of}"


def _overlap(forecast: Forecast) -> str:
    saved, pace = forecast.saved, forecast.pace
    by_step = forecast.recipe.granularity == "step"
    if forecast.run.places.is_remote and not by_step:
        return "where the pod of a segment has cores or cards for a rollout beside the update before it"
    if not at_once(forecast.run):
        return (
            f"saves nothing here: {'one task runs after the other' if by_step else 'too few cores or cards for both'}"
        )
    if saved is None or pace is None:
        return "a rollout goes on beside the update before it; what that saves is known after the first round"
    return f"saves about {time_in_words(saved)} in all: {pace.beside:.2g} s a round of what goes on beside the rest"


def time_in_words(seconds: float) -> str:
    """Seconds in a unit that people use: `4 min`."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            count = seconds / length
            return f"{count:.0f} {unit}" if count >= 9.95 else f"{count:.1f} {unit}"
    return f"{seconds:.0f} s"
