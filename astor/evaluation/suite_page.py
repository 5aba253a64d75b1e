"""The page of one model on suites, or of two: one HTML file that needs nothing beside itself."""

from typing import Any

from astor.evaluation import suite_charts as charts
from astor.evaluation.page import render_page
from astor.evaluation.suite_text import metrics_of, spent
from astor.evaluation.suites import DRAWN, Evaluation, Row, SuiteResult, headline

NAMES = {"sampled": "Sampled", "greedy": "Greedy"}


def render_evaluation(evaluation: Evaluation) -> str:
    """The page as HTML. The same evaluation, the same bytes."""
    rows = list(evaluation.rows())
    return render_page(
        "suites.html",
        evaluation=evaluation,
        letters=list(zip("AB", evaluation.models, charts.COLOURS, strict=False)),
        headline=headline(evaluation),
        tables=[_overview(drawn, [row for row in rows if row.drawn == drawn]) for drawn in DRAWN],
        suites=[
            {
                "suite": suite,
                "prompts": sum(suite.prompts.values()),
                "spent": [spent(model) for model in suite.models],
                "tables": [_metrics(suite, task, drawn) for task in suite.prompts for drawn in DRAWN],
            }
            for suite in evaluation.suites
        ],
    )


def _overview(drawn: str, rows: list[Row]) -> dict[str, Any]:
    compared = {row.suite: row.difference for row in rows if row.difference is not None}
    return {
        "title": NAMES[drawn],
        "rows": rows,
        "picture": charts.figures(f"suites_{drawn}", {row.suite: row.figures for row in rows}, "the suite's measure"),
        "differences": charts.differences(f"difference_{drawn}", compared, "A less B") if compared else "",
    }


def _metrics(suite: SuiteResult, task: str, drawn: str) -> dict[str, Any]:
    """What was measured of a task, and how its answers ended."""
    outcomes = [model.answers(drawn).scores.outcomes.get(task, {}) for model in suite.models]
    return {
        "task": task,
        "drawn": NAMES[drawn].lower(),
        "rows": [
            {
                "metric": metric,
                "models": [model.answers(drawn).score(task, metric) for model in suite.models],
                "change": suite.changes[drawn].get((task, metric)),
            }
            for metric in metrics_of(suite, task, drawn)
        ],
        "outcomes": {
            name: [of_model.get(name, 0) for of_model in outcomes] for name in sorted({*outcomes[0], *outcomes[-1]})
        },
    }
