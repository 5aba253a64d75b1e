"""Pictures of figures on suites, one model's or two."""

from collections.abc import Mapping, Sequence

import matplotlib.style
from matplotlib.ticker import MaxNLocator

from astor.evaluation.charts import PALETTE, RULE, STEPS, STYLE, frame, label_rows, to_svg
from astor.evaluation.intervals import Interval

COLOURS = PALETTE[:2]
"""Of the models."""


def figures(name: str, rows: Mapping[str, Sequence[Interval]], label: str) -> str:
    """A row per suite: a disc for each model, with its 95 % interval."""
    with matplotlib.style.context(["default", STYLE, {"axes.grid.axis": "x"}]):
        figure, axes = frame(34 * len(rows) + 46, width=400)
        for y, models in enumerate(rows.values()):
            for place, interval in enumerate(models):
                at = y + 0.28 * place - 0.14 * (len(models) - 1)
                axes.plot([interval.low, interval.high], [at] * 2, color=COLOURS[place], linewidth=1.4, alpha=0.55)
                axes.plot([interval.value], [at], "o", markersize=6.5, color=COLOURS[place], clip_on=False)
        label_rows(axes, list(rows))
        highest = max(interval.high for models in rows.values() for interval in models)
        axes.set_xlim(0, min(1.0, max(highest * 1.08, 0.1)))
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
        axes.set_xlabel(label)
        return to_svg(figure, name, f"{label} per suite, with 95 % intervals")


def differences(name: str, rows: Mapping[str, Interval], label: str) -> str:
    """A row per suite: the difference with its 95 % interval, beside none."""
    with matplotlib.style.context(["default", STYLE, {"axes.grid.axis": "x"}]):
        figure, axes = frame(30 * len(rows) + 46, width=400)
        axes.axvline(0, color="#7b8794", linewidth=1)
        for y, interval in enumerate(rows.values()):
            axes.plot([interval.low, interval.high], [y] * 2, color=COLOURS[0], linewidth=1.6, alpha=0.6)
            axes.plot([interval.value], [y], "o", markersize=6.5, color=COLOURS[0])
        label_rows(axes, list(rows))
        reach = max(0.05, *(abs(end) * 1.08 for interval in rows.values() for end in (interval.low, interval.high)))
        axes.set_xlim(-reach, reach)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        axes.grid(axis="x", color=RULE)
        axes.set_xlabel(label)
        return to_svg(figure, name, f"{label} per suite, with 95 % intervals")
