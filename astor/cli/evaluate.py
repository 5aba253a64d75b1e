"""`astor evaluate`: models on suites, to a page, a text, results and a table."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from astor.cli.data_of_suites import place_data
from astor.cli.display import Display
from astor.cli.model import find_model
from astor.evaluation.page import signed, words
from astor.evaluation.suites import Evaluation, headline
from astor.recipe.suite import load_suites
from astor.run.suite import source_of
from astor.steps.evaluate_found import evaluate_found, page_place, write_evaluation
from astor.storage import try_store

console = Console(stderr=True, highlight=False)
say = partial(console.print, markup=False, soft_wrap=True)


def evaluate_models(
    model: str,
    against: str,
    names: Sequence[str],
    data: Sequence[str],
    overrides: Mapping[str, Any],
    store: str,
    mlflow_uri: str,
    output: Path | None,
) -> None:
    """Evaluate `model`, and `against` where one is named, on the suites; the last line is the figures as JSON.

    Raises:
        UserError: a model, a suite or its data is not there, or the models are one.
    """
    suites, bench = load_suites(names, overrides)
    suites = place_data(suites, data)
    for suite in suites:
        source_of(suite)
    bench.rollout.check()
    found = [find_model(name, store, mlflow_uri) for name in (model, against) if name]
    try_store(store, writes=True)
    with Display(console):
        evaluation = evaluate_found(found, suites, bench, store)
    print_evaluation(evaluation, store, output)


def print_evaluation(evaluation: Evaluation, store: str, output: Path | None) -> None:
    """Write page, text and results, and print the table; the last line is the figures as JSON."""
    place = str(output) if output else page_place(evaluation, store)
    figures = write_evaluation(evaluation, place).figures
    console.print(_table(evaluation))
    if told := headline(evaluation):
        say(told)
    say(f"page     {place}/evaluation.html\ntext     {place}/evaluation.md\nresults  {place}/evaluation.json")
    typer.echo(json.dumps({"mean": figures["mean"], "results": f"{place}/evaluation.json"}))


def _table(evaluation: Evaluation) -> Table:
    two = evaluation.other is not None
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("suite")
    for name in ["A", "B", "A − B"] if two else ["value"]:
        table.add_column(name, justify="right", no_wrap=True)
    for row in evaluation.rows():
        figures = [f"{one.value:.3f}\n[dim]{one.low:.3f}–{one.high:.3f}[/]" for one in row.figures]
        if row.difference is not None:
            value, *ends = map(signed, row.difference)
            figures.append(value + (f"\n[dim]{' to '.join(ends)}[/]" if ends[0] != ends[1] else ""))
        name = f"{row.suite}, {words(row.measure)}" if row.measure else row.suite
        table.add_row(f"{name}\n[dim]{row.prompts} prompts, {row.how}[/]", *figures)
    return table
