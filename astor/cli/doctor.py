"""`astor doctor`: what this machine, the memory of GPUs, and a cluster have for a run; it starts nothing."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from astor.errors import UserError
from astor.recipe.recipe import Recipe
from astor.run.checkup import Check, machine_checks
from astor.run.fitting import recipe_checks
from astor.run.forecast import Forecast
from astor.run.machine import gpu_memories, memory_limit
from astor.run.prepared import find_prepared
from astor.run.run import Run

MARKS = {"fine": ("ok", "green"), "look": ("look", "yellow"), "missing": ("missing", "red")}


def examine(
    recipe: Recipe | None, store: str, prompt_tokens: int | None, gpus: int | None, gpu_gb: float | None, as_json: bool
) -> None:
    """Print one line for each thing.

    Args:
        recipe: whose memory and disk are told too; None where the machine alone is looked at.
        prompt_tokens: of the longest prompts; None: as they were prepared, or where they were not, every micro-batch
            counts as full.
        gpus, gpu_gb: how many GPUs there will be, and the GB of each; None: as here.

    Raises:
        UserError: something is missing that a run needs.
    """
    checks = list(machine_checks(store))
    if recipe is not None:
        forecast = Forecast(run := Run(store, recipe), find_prepared(run))
        checks += recipe_checks(forecast, prompt_tokens or forecast.prompt_tokens, _gpus(gpus, gpu_gb), memory_limit())
    show(checks, as_json)


def examine_cluster(namespace: str, store: str, as_json: bool, others: Sequence[str]) -> None:
    """Print one line for each thing of the cluster that the kubeconfig names.

    Args:
        others: options that were given and are not of a cluster.

    Raises:
        UserError: there are such, no cluster answers, or something is missing that a run needs.
    """
    from astor.run.cluster_checkup import cluster_checks

    if others:
        told = " and ".join(others)
        raise UserError(f"astor doctor --cluster looks at no recipe and no machine: leave out {told}, or --cluster.")
    show(cluster_checks(namespace, store), as_json)


def show(looked: Iterable[Check], as_json: bool) -> None:
    """Print the checks; UserError where something is missing."""
    checks = list(looked)
    if as_json:
        typer.echo(json.dumps([check._asdict() for check in checks]))
    else:
        for check in checks:
            _print(check)
    if missing := [check.name for check in checks if check.state == "missing"]:
        raise UserError(f"A run would not come to its end for want of: {', '.join(missing)}.")


def _gpus(count: int | None, gigabytes: float | None) -> list[int]:
    """Bytes of each GPU: those that are here, or as many as are asked about."""
    here = gpu_memories()
    if count is None and gigabytes is None:
        return here
    size = int(gigabytes * 10**9) if gigabytes else min(here, default=0)
    if not size:
        raise UserError("There is no GPU here whose memory --gpus could mean: say it by --gpu-gb, as --gpu-gb 80.")
    return [size] * (1 if count is None else count)


def _print(check: Check) -> None:
    told, color = MARKS[check.state]
    line: list[Any] = [typer.style(f"{told:<8}", fg=color), f"{check.name:<26}", check.found]
    typer.echo("".join(line) + (f" → {check.advice}" if check.advice else ""))
