"""The results of suites as Markdown, and as plain data."""

from collections.abc import Iterator
from typing import Any

from astor.evaluation.intervals import Interval
from astor.evaluation.page import grouped, seconds, signed, words
from astor.evaluation.suites import DRAWN, Evaluation, Measured, SuiteResult, headline
from astor.records import Score


def render_markdown(evaluation: Evaluation) -> str:
    """One table over all suites, then a section for each."""
    lines = [f"# {_title(evaluation)}", ""]
    for letter, model in zip("AB", evaluation.models, strict=False):
        told = f", {model.told}" if model.told else ""
        lines.append(f"- {letter}: `{model.name}`{told}, policy `{model.digest[:12]}`")
    lines.append("")
    if told := headline(evaluation):
        lines += [told, ""]
    letters = ["A", "B"][: len(evaluation.models)]
    compared = ["A − B"] if evaluation.other else []
    lines += _table(
        ["suite", "measure", "answers", "prompts", *letters, *compared],
        [
            [
                row.suite,
                words(row.measure),
                row.how,
                grouped(row.prompts),
                *map(_interval, row.figures),
                *([_difference(row.difference)] if evaluation.other else []),
            ]
            for row in evaluation.rows()
        ],
    )
    lines += ["", "In brackets stand 95 % intervals over prompts; differences are paired by prompt.", ""]
    for suite in evaluation.suites:
        lines += _section(suite)
    lines += [f"- {name}: {value}" for name, value in evaluation.facts.items()]
    return "\n".join(lines).rstrip() + "\n"


def _title(evaluation: Evaluation) -> str:
    return " against ".join(model.name for model in evaluation.models)


def _section(suite: SuiteResult) -> Iterator[str]:
    yield from (f"## {suite.name}", "")
    if suite.about:
        yield from (suite.about, "")
    prompts = ", ".join(f"{grouped(count)} of {words(task)}" for task, count in suite.prompts.items())
    yield f"Prompts: {prompts}. Sampled answers: {suite.how('sampled')}, seed {suite.seed}."
    if suite.left_out:
        told = ", ".join(f"{count} ({reason})" for reason, count in suite.left_out.items())
        yield f"Not asked about: {told}."
    for letter, model in zip("AB", suite.models, strict=False):
        yield f"{letter}: {spent(model)}."
    yield ""
    for task in suite.prompts:
        for drawn in DRAWN:
            rows = list(_metrics(suite, task, drawn))
            letters = ["A", "B"][: len(suite.models)]
            yield from _table([f"{words(task)}, {drawn}", *letters, *(["A − B"] if suite.other else [])], rows)
            yield ""


def _metrics(suite: SuiteResult, task: str, drawn: str) -> Iterator[list[str]]:
    for metric in metrics_of(suite, task, drawn):
        found = [model.answers(drawn).score(task, metric) for model in suite.models]
        change = suite.changes[drawn].get((task, metric))
        yield [words(metric), *map(_score, found), *([_difference(change)] if suite.other else [])]


def metrics_of(suite: SuiteResult, task: str, drawn: str) -> list[str]:
    """What was measured of a task: the suite's measures first, then the rest by name."""
    known = {one.metric for model in suite.models for one in model.answers(drawn).scores.scores if one.task == task}
    first = [metric for metric in suite.measures if metric in known]
    return [*first, *sorted(known - set(first))]


def spent(model: Measured) -> str:
    """What a model's answers took, in words."""
    tokens = model.sampled.tokens + model.greedy.tokens
    told = f"{grouped(tokens)} tokens in {seconds(model.seconds)}"
    if model.sampled.scores.infrastructure_errors:
        told += f", {model.sampled.scores.infrastructure_errors} answers that could not be judged"
    if model.greedy.unanswered:
        told += f", {model.greedy.unanswered} prompts longer than its context, which count as not solved"
    return told


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything as plain data; each prompt's results are where `items` says."""
    return {
        "models": [model._asdict() for model in evaluation.models],
        "suites": [_suite(suite) for suite in evaluation.suites],
        "mean": {
            drawn: {
                "models": [evaluation.mean(drawn, place)._asdict() for place in range(len(evaluation.models))],
                "difference": _plain(evaluation.difference(drawn)),
            }
            for drawn in DRAWN
        },
        "facts": dict(evaluation.facts),
    }


def _suite(suite: SuiteResult) -> dict[str, Any]:
    asked = ("name", "samples", "temperature", "top_p", "seed", "measures", "prompts", "left_out")
    return {
        **{name: getattr(suite, name) for name in asked},
        "models": [
            {
                "policy": model.sampled.scores.policy_digest,
                "items": model.place,
                "seconds": model.seconds,
                **{drawn: _answers(model, drawn, suite.measure) for drawn in DRAWN},
            }
            for model in suite.models
        ],
        "difference": {drawn: _plain(suite.difference(drawn)) for drawn in DRAWN},
    }


def _answers(model: Measured, drawn: str, measure: str) -> dict[str, Any]:
    answers = model.answers(drawn)
    return {
        "measure": answers.figure(measure)._asdict(),
        "scores": [score.model_dump(mode="json", exclude={"schema_version"}) for score in answers.scores.scores],
        "outcomes": answers.scores.outcomes,
        "tokens": answers.tokens,
        "unanswered": answers.unanswered,
    }


def _plain(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else interval._asdict()


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _interval(interval: Interval) -> str:
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _score(score: Score | None) -> str:
    if score is None:
        return "–"
    digits = 1 if score.metric == "tokens" else 3
    return f"{score.value:.{digits}f} [{score.low:.{digits}f}, {score.high:.{digits}f}]"


def _difference(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    ends = f" [{signed(interval.low)}, {signed(interval.high)}]" if interval.low < interval.high else ""
    return f"{signed(interval.value)}{ends}"
