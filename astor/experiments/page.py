"""The page of a comparison: one HTML file that needs nothing beside itself."""

from collections.abc import Mapping
from typing import Any

from astor.evaluation import charts, page
from astor.experiments import pictures

MUCH = 1e6


def render_page(found: Mapping[str, Any]) -> str:
    """The page of results as `Results.as_json` gives them: styles and pictures inline, nothing fetched."""
    tasks = list(found["held_out_prompts"])
    arms = [arm for arm in found["arms"] if not arm["is_part"]]
    task_colours = {task: charts.PALETTE[at % len(charts.PALETTE)] for at, task in enumerate(tasks)}
    arm_colours = {arm["name"]: charts.PALETTE[at % len(charts.PALETTE)] for at, arm in enumerate(arms)}
    over_time = [arm for arm in arms if arm["shares"]]
    return page.render_page(
        "page.html",
        package="astor.experiments",
        filters={"score": score, "count": count, "percent": charts.percent},
        found=found,
        tasks=tasks,
        arms=arms,
        parts=[arm for arm in found["arms"] if arm["is_part"]],
        budget=", ".join(f"{count(limit)} {unit}" for unit, limit in found["budget"].items()),
        task_colours=task_colours,
        scores=pictures.scores(arms, found["before"]["sampled"], tasks, task_colours),
        differences=pictures.differences(found["differences"], found["reference"]),
        curves={
            key: pictures.learning(arms, key, arm_colours, found["thresholds"].get(key)) for key in ("mean", "worst")
        },
        arm_colours={arm["name"]: arm_colours[arm["name"]] for arm in arms if len(arm["curve"]) > 1},
        shares=[(arm["name"], pictures.shares(arm["name"], arm["shares"], task_colours)) for arm in over_time],
        runs=sorted(found["runs"].items()),
    )


def score(value: float | None) -> str:
    """A score with three decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def count(value: float) -> str:
    """A number of tokens or prompts, of millions with two decimals."""
    return f"{value / MUCH:.2f} M" if value >= MUCH else f"{value:,.0f}"
