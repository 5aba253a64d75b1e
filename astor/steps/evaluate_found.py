"""evaluate_found: policies that people named answer suites, one after the other; what came of it, and its pages."""

import json
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, NamedTuple

import astor
from astor.errors import UserError
from astor.evaluation.suite_text import as_json, render_markdown
from astor.evaluation.suites import Evaluation, Model, SuiteResult
from astor.recipe.suite import Bench, Suite, recipe_of
from astor.run.lock import alone
from astor.run.places import EVALUATIONS
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.run.suite import Asked, evaluation_place
from astor.run.suite_result import read_suite
from astor.steps.evaluate_suite import evaluate_suite
from astor.steps.initialise import make_policy
from astor.steps.prepare_suite import prepare_suite, read_notes
from astor.storage import ArtifactRef, PolicyRef, locate
from astor.training.first_policy import FirstPolicyOptions


class Found(NamedTuple):
    """What a name means."""

    name: str
    policy: PolicyRef | FirstPolicyOptions
    """A policy that is committed; or what makes one of a directory."""
    told: str
    """What it is, in words."""


def evaluate_found(found: Sequence[Found], suites: Sequence[Suite], bench: Bench, store: str) -> Evaluation:
    """Measure policies, one or two, on suites, block by block; whatever stands is not asked again.

    Raises:
        UserError: the two are one policy, or a suite has nothing to ask.
    """
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
                place = evaluation_place(run, suite, bench, questions, policy)
                # In a bucket, as on a cluster, two may measure one champion at a time: who is first commits.
                with nullcontext() if run.places.is_remote else alone(place):
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


def page_place(evaluation: Evaluation, store: str) -> str:
    """Where the pages of an evaluation lie in a store."""
    name = "-against-".join(model.digest[:12] for model in evaluation.models)
    return f"{store.rstrip('/')}/{EVALUATIONS}/pages/{name}"


class Pages(NamedTuple):
    """What an evaluation is told by."""

    html: str
    text: str
    """Markdown."""
    figures: dict[str, Any]


def write_evaluation(evaluation: Evaluation, place: str) -> Pages:
    """Write page, text and figures below a local path or `s3://` URI."""
    from astor.evaluation.suite_page import render_evaluation  # Its pictures bring matplotlib.

    report_progress("page", 0, 0)
    pages = Pages(render_evaluation(evaluation), render_markdown(evaluation), as_json(evaluation))
    written = {
        "evaluation.html": pages.html,
        "evaluation.md": pages.text,
        "evaluation.json": json.dumps(pages.figures, indent=1),
    }
    for file, text in written.items():
        store, key = locate(f"{place}/{file}")
        store.replace(key, text.encode())
    return pages
