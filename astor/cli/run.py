"""`astor run`: on KFP's local runner or in this process, to the same end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Literal

from rich.console import Console

from astor.cli.display import Display
from astor.cli.measure import Measured
from astor.cli.outcome import print_outcome
from astor.errors import UserError
from astor.recipe.recipe import Recipe
from astor.run.checkpoints import reached
from astor.run.failure import find_failure, find_warning
from astor.run.lifeline import VARIABLE, hold_lifeline
from astor.run.lock import alone
from astor.run.preflight import preflight
from astor.run.progress import report_progress
from astor.run.result import read_result, write_result
from astor.run.run import Run
from astor.storage import find

console = Console(stderr=True, highlight=False)
say = partial(console.print, markup=False, soft_wrap=True)
"""Prints a line as it is: paths may hold brackets, and are copied."""


def run_recipe(recipe: Recipe, store: str, on: Literal["local", "process"], fresh: bool) -> None:
    """Run or continue the recipe's run, or print what it came to; the last line of output is the result as JSON."""
    run = Run(store, recipe)
    with alone(run.places.uri):
        if fresh and "plan" in run.places.committed_below():
            run.services.tracker.retire()
            run.places.remove()
            run = Run(store, recipe)
        registered_before = find(run.places.result) is not None
        if (result := read_result(run)) is None:
            say(f"{recipe.name}: {len(run.tasks)} tasks, {recipe.rounds} rounds, in {run.places.uri}")
            with Measured() as cost, Display(console):
                report_progress("checks", 0, 0)
                preflight(run, writes=True)
                report_progress("checks", 1, 1)
                with _told_to_mlflow(run):
                    _in_process(run) if on == "process" else _on_local_runner(run)
            result = write_result(run, cost.seconds, cost.peak_rss_mb)
        else:
            say(f"This run is finished, in {run.places.uri}; --fresh starts over.")
            if (further := reached(run)) > recipe.rounds:
                say(f"It has gone on to {further} rounds since; this is what it came to after {recipe.rounds}.")
            if version := run.moved():
                say(f"It was begun from {version}.")
            if differing := run.changes():
                say(f"Its result is of what there was then: {' and '.join(differing)} changed since.")
    print_outcome(console, run, result, just_registered=not registered_before)


@contextmanager
def _told_to_mlflow(run: Run) -> Iterator[None]:
    """Have MLflow show a run that was interrupted or failed as one, where MLflow can be reached."""
    try:
        yield
    except BaseException as error:
        if run.artifacts.find(run.places.at("plan")):
            with suppress(UserError):  # the reason why it failed is what people must see
                run.services.tracker.abandon("KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
        raise


def _in_process(run: Run) -> None:
    from astor.loop import post_train

    hold_lifeline()
    with run:
        post_train(run)


def _on_local_runner(run: Run) -> None:
    """The pipeline in a child process, whose output goes to a log; UserError says why it failed."""
    if run.places.is_remote:
        raise UserError(
            f"--on local needs a local store, not {run.places.root}: use --on process, or submit the pipeline."
        )
    directory = Path(run.places.uri)
    directory.mkdir(parents=True, exist_ok=True)
    recipe_file, log = directory / "resolved.yaml", directory / "pipeline.log"
    recipe_file.write_text(run.resolved_text)
    where = (recipe_file, Path(run.places.root).absolute(), directory / "kfp")
    command = [sys.executable, "-m", "astor.pipelines.local", *map(str, where)]
    environment = os.environ | {VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as child:
        assert child.stdout is not None, "it is a pipe"
        try:
            failure = _follow(child.stdout, log)
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise UserError(failure or f"The pipeline failed with exit code {child.returncode}: its log is {log}.")


def _follow(output: IO[bytes], log: Path) -> str | None:
    """Copy a pipeline's output to its log and print what it warns of; the last reason that it gives for a failure."""
    failure = None
    with log.open("wb", buffering=0) as file:
        for line in output:
            with suppress(OSError):  # the disk may be full, and the reason still to come says so
                file.write(line)
            text = line.decode(errors="replace")
            failure = find_failure(text) or failure
            if warning := find_warning(text):
                say(f"warning: {warning}")
    return failure
