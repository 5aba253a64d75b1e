"""`astor run`: on KFP's local runner or in this process, to the same end."""

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from astor.cli.display import Display
from astor.cli.measure import Measured
from astor.errors import UserError
from astor.recipe.estimate import estimate
from astor.recipe.recipe import Recipe
from astor.steps.lifeline import VARIABLE
from astor.steps.result import read_result, score_rows, write_result
from astor.steps.run import Run

console = Console(stderr=True, highlight=False)


def print_plan(recipe: Recipe, store: str) -> None:
    """Print the resolved recipe and what running it would take; start nothing."""
    import yaml

    typer.echo(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False))
    table = Table("plan", "", title=f"{recipe.name}, digest {recipe.digest[:12]}")
    for name, value in estimate(recipe, Run(store, recipe).uri).items():
        table.add_row(name, value)
    Console().print(table)


def run_recipe(recipe: Recipe, store: str, on: Literal["local", "process"], fresh: bool) -> None:
    """Run or continue the recipe's run, or print what it came to; the last line of output is the result as JSON."""
    run = Run(store, recipe)
    with _alone(run):
        if fresh and run.reference(run.place("plan")):
            run.tracker.retire()
            run.remove()
            run = Run(store, recipe)
        if (result := read_result(run)) is None:
            console.print(f"[bold]{recipe.name}[/bold] {len(run.tasks)} tasks, {recipe.rounds} rounds, in {run.uri}")
            with Measured() as cost, Display(console):
                _in_process(run) if on == "process" else _on_local_runner(run)
            result = write_result(run, cost.seconds, cost.peak_rss_mb)
        else:
            console.print(f"This run is finished, in {run.uri}; --fresh starts over.")
    _print_result(run, result)


def _in_process(run: Run) -> None:
    from astor.loop import post_train

    with run:
        post_train(run)


def _on_local_runner(run: Run) -> None:
    """The pipeline in a child process, whose output goes to a log; UserError says why it failed."""
    run.resolve()
    if run.is_remote:
        raise UserError(f"--on local needs a local store, not {run.root}: use --on process, or submit the pipeline.")
    directory = Path(run.uri)
    recipe_file, log = directory / "resolved.yaml", directory / "pipeline.log"
    recipe_file.write_text(run.resolved_text)
    command = [sys.executable, "-m", "astor.pipelines.local", recipe_file, Path(run.root).absolute(), directory / "kfp"]
    with log.open("wb") as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | {VARIABLE: "1"})
        try:
            code = child.wait()
        except BaseException:
            child.kill()
            raise
    if code:
        text = log.read_text(errors="replace")
        causes = re.findall(r"^\s*astor\.errors\.UserError: (.+)$", text, flags=re.MULTILINE)
        raise UserError(causes[-1] if causes else f"The pipeline failed with exit code {code}: its log is {log}.")


@contextmanager
def _alone(run: Run) -> Iterator[None]:
    """Hold the run's lock, so that no two commands on this machine write into one run."""
    if run.is_remote:
        yield
        return
    path = Path(f"{run.uri}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"Another command works on {run.uri}: wait for it, or end it.") from None
        yield


def _print_result(run: Run, result: dict[str, Any]) -> None:
    table = Table("task", "before", "after", title="Scores on held-out prompts, 95 % interval")
    for task, before, after in score_rows(run):
        table.add_row(task, before, after)
    console.print(table)
    console.print(f"report    {result['report']}")
    console.print(f"model     {result['model']} is now {result['alias']} in MLflow at {run.tracking_uri}")
    name = result["model"].partition("/")[0]
    alias = "" if result["alias"] == "champion" else f" --alias {result['alias']}"
    store = "" if run.root == "." else f" --store {run.root}"
    console.print(f"serve it  astor serve --model {name}{alias}{store}")
    typer.echo(json.dumps(result))
