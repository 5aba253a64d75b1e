"""Pictures of a comparison, as SVG elements."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.style
from matplotlib.ticker import FuncFormatter, MaxNLocator

from astor.evaluation.charts import INK, MUTED, STYLE, frame, label_rows, to_svg

WIDE = 620
"""Points, of a picture that takes the whole column."""


def scores(
    arms: Sequence[Mapping[str, Any]], before: Mapping[str, float], tasks: Sequence[str], colours: Mapping[str, str]
) -> str:
    """A row per arm: each task's score as a dot, the mean as a bar; the warm start in the first row."""
    rows = [("warm start", before), *((arm["name"], arm["sampled"]) for arm in arms)]
    with matplotlib.style.context(["default", STYLE, {"axes.grid.axis": "x"}]):
        figure, axes = frame(28 * len(rows) + 46, width=WIDE)
        for y, (_, values) in enumerate(rows):
            axes.plot([values["mean"]] * 2, [y - 0.33, y + 0.33], color=INK, linewidth=2.4, solid_capstyle="butt")
            for task in tasks:
                axes.plot([values[task]], [y], "o", markersize=6.5, color=colours[task], alpha=0.9, markeredgewidth=0)
        label_rows(axes, [name for name, _ in rows])
        axes.set_xlim(0, min(1.02, 1.06 * max(max(values[task] for task in tasks) for _, values in rows) + 0.02))
        axes.set_xlabel("sampled held-out score")
        return to_svg(figure, "scores", "score of every task under every method, and their mean")


def differences(found: Mapping[str, Mapping[str, Any]], reference: str | None) -> str:
    """A row per arm: the difference of its mean from the reference, the t interval thick, the bootstrap's thin."""
    if not found:
        return ""
    with matplotlib.style.context(["default", STYLE, {"axes.grid.axis": "x"}]):
        figure, axes = frame(30 * len(found) + 46, width=WIDE)
        axes.axvline(0, color=MUTED, linewidth=1)
        for y, told in enumerate(found.values()):
            mean = told["mean"]
            axes.plot(mean["bootstrap"], [y] * 2, color=INK, linewidth=1.2, alpha=0.55)
            if mean["low"] is not None:
                axes.plot([mean["low"], mean["high"]], [y] * 2, color=INK, linewidth=3.4, alpha=0.45)
            axes.plot([mean["value"]], [y], "o", color=INK, markersize=6.5)
        label_rows(axes, list(found))
        axes.set_xlabel(f"difference of the mean score from {reference}")
        return to_svg(figure, "differences", "difference of every method from the reference, with 95 % intervals")


def learning(arms: Sequence[Mapping[str, Any]], key: str, colours: Mapping[str, str], threshold: float | None) -> str:
    """Held-out scores over the tokens that training had generated; empty where nothing was measured in between."""
    curves = {arm["name"]: arm["curve"] for arm in arms if len(arm["curve"]) > 1}
    if not curves:
        return ""
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = frame(230, width=400)
        if threshold is not None:
            axes.axhline(threshold, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        for name, points in curves.items():
            tokens = [point["tokens"] for point in points]
            axes.plot(tokens, [point["scores"][key] for point in points], color=colours[name], linewidth=1.8,
                      marker="o", markersize=3.5)  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:,.4g}k"))
        axes.set_xlabel("tokens generated in training")
        axes.set_ylabel(f"{key} held-out score")
        return to_svg(figure, f"learning-{key}", f"{key} held-out score over tokens")


def shares(name: str, of_tasks: Mapping[str, Sequence[float]], colours: Mapping[str, str]) -> str:
    """Where the prompts went over the run: a band per task."""
    length = len(next(iter(of_tasks.values())))
    along = [(at + 0.5) / length for at in range(length)]
    with matplotlib.style.context(["default", STYLE, {"axes.grid": False}]):
        figure, axes = frame(150)
        axes.stackplot(
            along, *of_tasks.values(), colors=[colours[task] for task in of_tasks], edgecolor="white", linewidth=0.6
        )
        axes.set_xlim(along[0], along[-1] if length > 1 else along[0] + 1)
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        axes.set_xticks([along[0], along[-1]], ["start", "end"])
        return to_svg(figure, f"shares-{name}", f"share of prompts per task over the run of {name}")
