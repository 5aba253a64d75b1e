"""Pictures of two runs: each run has one colour wherever it is drawn."""

from collections.abc import Mapping, Sequence

import matplotlib.style
import numpy as np
from matplotlib.ticker import MaxNLocator

from astor.evaluation.charts import (
    PALETTE,
    STEPS,
    STYLE,
    frame,
    label_rows,
    moving_mean,
    smoothing_window,
    to_svg,
)
from astor.evaluation.history import Series
from astor.evaluation.intervals import Interval

COLOURS = PALETTE[0], PALETTE[1]
"""Of the first run, and of the second."""
THICKNESS = (3.2, 6.5), (1.4, 3.0)
"""Of lines and points: where the runs agree, the first is seen behind the second."""
Ends = tuple[Interval, Interval]
"""Before and after."""
Line = tuple[Sequence[int], Series]
"""Rounds, and a value for each."""


def scores(name: str, rows: Mapping[str, Sequence[Ends | None]]) -> str:
    """A row per task with a line of each run above the other: before as a ring, after as a disc, with intervals."""
    with matplotlib.style.context(["default", STYLE, {"axes.grid.axis": "x"}]):
        figure, axes = frame(52 * len(rows) + 46, width=400)
        highest = 0.0
        for y, runs in enumerate(rows.values()):
            for ends, colour, middle in zip(runs, COLOURS, (-0.2, 0.2), strict=True):
                for interval, offset, fill in zip(ends or (), (-0.08, 0.08), ("white", colour), strict=bool(ends)):
                    at = y + middle + offset
                    axes.plot([interval.low, interval.high], [at] * 2, color=colour, linewidth=1.4, alpha=0.55)
                    axes.plot(
                        [interval.value], [at], "o", markersize=6.5, markerfacecolor=fill, markeredgecolor=colour,
                        markeredgewidth=1.5, clip_on=False,
                    )  # fmt: skip
                    highest = max(highest, interval.high)
        label_rows(axes, list(rows))
        axes.set_xlim(0, min(1.0, max(highest * 1.08, 0.1)))
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
        axes.set_xlabel("score")
        return to_svg(figure, name, "scores of both runs before and after, per task, with 95 % intervals")


def lines(name: str, runs: Sequence[Line | None], label: str, top: float | None) -> str:
    """A line per run over rounds: the moving mean, with each round's value faint behind it; None: nothing measured."""
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = frame(170)
        for run, colour, (width, size) in zip(runs, COLOURS, THICKNESS, strict=True):
            if run is None:
                continue
            rounds, values = run
            window = smoothing_window(len(rounds))
            if window > 1:
                axes.plot(rounds, values, color=colour, linewidth=0.7, alpha=0.25)
            marker = "o" if window == 1 else ""
            axes.plot(
                rounds, moving_mean(values, window), color=colour, linewidth=width, marker=marker, markersize=size
            )
        drawn = np.concatenate([run[1][np.isfinite(run[1])] for run in runs if run is not None])
        if drawn.min() >= 0:
            axes.set_ylim(0, top or float(drawn.max()) * 1.08 or 1.0)
        else:
            axes.axhline(0, color="#b4bcc4", linewidth=0.8)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=STEPS))
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
        axes.set_xlabel("round")
        axes.set_ylabel(label)
        return to_svg(figure, name, f"{label} of both runs over the rounds")
