"""`astor evaluate`: models on suites, to a page, a text, results and a table."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

import astor
from astor.cli.data_of_suites import place_data
from astor.cli.display import Display
from astor.cli.model import Found, find_model
from astor.errors import UserError
from astor.evaluation.page import signed, words
from astor.evaluation.suite_text import as_json, render_markdown
from astor.evaluation.suites import Evaluation, Model, SuiteResult, headline
from astor.recipe.suite import Bench, Suite, load_suites, recipe_of
from astor.run.lock import alone
from astor.run.places import EVALUATIONS
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.run.suite import Asked, evaluation_place, source_of
from astor.run.suite_result import read_suite
from astor.steps.evaluate_suite import evaluate_suite
from astor.steps.initialise import make_policy
from astor.steps.prepare_suite import prepare_suite, read_notes
from astor.storage import ArtifactRef, PolicyRef, locate, replacing, try_store

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
        evaluation = _evaluate(found, suites, bench, store)
    print_evaluation(evaluation, store, output)


def _evaluate(found: Sequence[Found], suites: Sequence[Suite], bench: Bench, store: str) -> Evaluation:
    with ExitStack() as stack:
        recipes = [recipe_of(suite, bench, found[0].name) for suite in suites]
        first = stack.enter_context(Run(store, recipes[0]))
        runs = [first, *(Run(store, recipe, lender=first.services) for recipe in recipes[1:])]
        policies = [_policy(first, each) for each in found]
        if len({policy.digest for policy in policies}) < len(policies):
            raise UserError(f"{found[0].name} and {found[1].name} are one policy: compare with another.")
        asked = []
        for run, suite in zip(runs, suites, strict=True):
            asked.append(prepare_suite(run, suite))
            run.services.end_sandbox()  # Each suite has limits of its own.
        scores: list[list[ArtifactRef]] = []
        for policy in policies:
            scores.append([])
            for run, suite, questions in zip(runs, suites, asked, strict=True):
                with alone(evaluation_place(run, suite, bench, questions, policy)):
                    scores[-1].append(evaluate_suite(run, suite, bench, questions, policy))
                run.services.end_sandbox()
        results = [
            _result(run, suite, questions, *of_models)
            for run, suite, questions, *of_models in zip(runs, suites, asked, *scores, strict=True)
        ]
    models = [Model(each.name, policy.digest, each.told) for each, policy in zip(found, policies, strict=True)]
    facts = {"rollout engine": bench.rollout.model_dump(include={"type"})["type"], "astor": astor.__version__}
    return Evaluation(models[0], results, models[1] if len(models) > 1 else None, facts)


def _policy(run: Run, found: Found) -> PolicyRef:
    """The policy, committed where the engines find it."""
    return found.policy if isinstance(found.policy, PolicyRef) else make_policy(run, found.policy)


def _result(run: Run, suite: Suite, asked: Asked, first: ArtifactRef, other: ArtifactRef | None = None) -> SuiteResult:
    return read_suite(run, suite, asked.prompts, read_notes(run, asked.prompts), first, other)


def print_evaluation(evaluation: Evaluation, store: str, output: Path | None) -> None:
    """Write page, text and results, and print the table; the last line is the figures as JSON."""
    from astor.evaluation.suite_page import render_evaluation  # Its pictures bring matplotlib.

    report_progress("page", 0, 0)
    found = as_json(evaluation)
    written = {
        "evaluation.html": render_evaluation(evaluation),
        "evaluation.md": render_markdown(evaluation),
        "evaluation.json": json.dumps(found, indent=1),
    }
    name = "-against-".join(model.digest[:12] for model in evaluation.models)
    place = str(output) if output else f"{store.rstrip('/')}/{EVALUATIONS}/pages/{name}"
    for file, text in written.items():
        _write(f"{place}/{file}", text, output is not None)
    console.print(_table(evaluation))
    if told := headline(evaluation):
        say(told)
    say(f"page     {place}/evaluation.html\ntext     {place}/evaluation.md\nresults  {place}/evaluation.json")
    typer.echo(json.dumps({"mean": found["mean"], "results": f"{place}/evaluation.json"}))


def _write(uri: str, text: str, outside: bool) -> None:
    if outside:
        with replacing(Path(uri)) as draft:
            draft.write_text(text)
    else:
        store, key = locate(uri)
        store.replace(key, text.encode())


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
