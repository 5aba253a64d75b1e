"""Pictures as SVG elements for a page: text stays text in the page's font, and the same input gives the same bytes."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from astor.evaluation.history import Series
from astor.evaluation.intervals import Interval

INK, MUTED, RULE = "#1f2933", "#667380", "#e3e7eb"
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#56b4e9", "#b8860b", "#7a5195", "#4d4d4d")
"""Okabe and Ito 2008, which colour-blind people tell apart, with the light ones darkened for thin lines."""
STYLE = {
    "axes.edgecolor": "#b4bcc4",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 10.5,
    "axes.linewidth": 0.8,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10.5,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": "#b4bcc4",
    "xtick.labelcolor": MUTED,
    "xtick.major.size": 3,
    "ytick.color": MUTED,
    "ytick.major.size": 0,
}
STEPS = (1, 2, 2.5, 5, 10)
"""Distances between ticks, times a power of ten."""
WIDTH = 300
"""Points, and CSS pixels at natural size; pages scale pictures between about 0.8 and 1.3 of it."""


def curves(
    name: str,
    rounds: Sequence[int],
    series: Mapping[str, Series],
    colours: Mapping[str, str],
    label: str,
    top: float | None,
) -> str:
    """Lines over rounds: the moving mean, with each round's value faint behind it; points where rounds are few."""
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = frame(190)
        window = smoothing_window(len(rounds))
        for task, values in series.items():
            if window > 1:
                axes.plot(rounds, values, color=colours[task], linewidth=0.7, alpha=0.28)
            marker = "o" if window == 1 else ""
            axes.plot(
                rounds, moving_mean(values, window), color=colours[task], linewidth=1.8, marker=marker, markersize=4
            )
        finite = np.concatenate([values[np.isfinite(values)] for values in series.values()])
        if finite.min() >= 0:
            axes.set_ylim(0, top or float(finite.max()) * 1.08 or 1.0)
        else:
            axes.axhline(0, color="#b4bcc4", linewidth=0.8)
        if len(rounds) > 8:
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=STEPS))
        else:
            axes.set_xticks(rounds)
        if window > 1:
            axes.set_xlim(min(rounds), max(rounds))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        axes.set_xlabel("round")
        axes.set_ylabel(label)
        return to_svg(figure, name, f"{label} per task over {len(rounds)} rounds")


def before_after(name: str, rows: Mapping[str, tuple[Interval, Interval]], colours: Mapping[str, str]) -> str:
    """A row per task: before as a ring, after as a disc, each with its 95 % interval."""
    with matplotlib.style.context(["default", STYLE, {"axes.grid.axis": "x"}]):
        figure, axes = frame(34 * len(rows) + 46, width=400)
        for y, (task, (before, after)) in enumerate(rows.items()):
            colour = colours.get(task, INK)
            for interval, offset, fill in ((before, -0.14, "white"), (after, 0.14, colour)):
                axes.plot([interval.low, interval.high], [y + offset] * 2, color=colour, linewidth=1.4, alpha=0.55)
                axes.plot(
                    [interval.value], [y + offset], "o", markersize=6.5, markerfacecolor=fill, markeredgecolor=colour,
                    markeredgewidth=1.5,
                )  # fmt: skip
        label_rows(axes, list(rows))
        highest = max(interval.high for pair in rows.values() for interval in pair)
        axes.set_xlim(0, min(1.0, max(highest * 1.08, 0.1)))
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
        axes.set_xlabel("score")
        return to_svg(figure, name, "score before and after, per task, with 95 % intervals")


def over_turns(name: str, rows: Mapping[str, Sequence[Interval]], colours: Mapping[str, str], label: str) -> str:
    """A line per row over turns, the first of them 0, with its 95 % interval as a band."""
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = frame(210, width=400)
        for row, intervals in rows.items():
            turns = range(len(intervals))
            low, high = [one.low for one in intervals], [one.high for one in intervals]
            axes.fill_between(turns, low, high, color=colours[row], alpha=0.13, linewidth=0)
            values = [one.value for one in intervals]
            axes.plot(turns, values, color=colours[row], linewidth=1.8, marker="o", markersize=4)
        axes.set_xticks(range(max(map(len, rows.values()))))
        axes.set_ylim(0, min(1.0, max(one.high for intervals in rows.values() for one in intervals) * 1.08 + 0.02))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        axes.set_xlabel("turn")
        axes.set_ylabel(label)
        return to_svg(figure, name, f"{label} per turn, with 95 % intervals")


def stacks(name: str, rows: Mapping[str, Mapping[str, float]], colours: Mapping[str, str], label: str) -> str:
    """A bar per row, divided into named shares of the row's sum; shares of 7 % and more carry their figure."""
    with matplotlib.style.context(["default", STYLE, {"axes.grid": False}]):
        figure, axes = frame(34 * len(rows) + 46, width=400)
        for y, parts in enumerate(rows.values()):
            left, total = 0.0, sum(parts.values()) or 1.0
            for part, amount in parts.items():
                share = amount / total
                axes.barh(y, share, left=left, height=0.58, color=colours[part], edgecolor="white", linewidth=1)
                if share >= 0.07:
                    axes.text(
                        left + share / 2, y, percent(share), ha="center", va="center", color="white", fontsize=9.5
                    )
                left += share
        label_rows(axes, list(rows))
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.set_xlabel(label)
        return to_svg(figure, name, f"{label}, per row")


def bars(name: str, amounts: Mapping[str, tuple[float, str]], label: str) -> str:
    """A bar per name, largest first, with its own words at its end."""
    with matplotlib.style.context(["default", STYLE, {"axes.grid": False}]):
        ordered = sorted(amounts.items(), key=lambda item: (-item[1][0], item[0]))
        figure, axes = frame(26 * len(ordered) + 46, width=400)
        most = max(amount for _, (amount, _) in ordered) or 1.0
        for y, (_, (amount, words)) in enumerate(ordered):
            axes.barh(y, amount, height=0.58, color="#7d93a8")
            axes.text(amount + most * 0.02, y, words, va="center", color=MUTED, fontsize=9.5)
        label_rows(axes, [key for key, _ in ordered])
        axes.set_xlim(0, most * 1.34)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=STEPS))
        axes.set_xlabel(label)
        return to_svg(figure, name, f"{label} per kind")


def percent(share: float) -> str:
    """A share in per cent, without decimals: `21 %`."""
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def smoothing_window(rounds: int) -> int:
    """Rounds of the moving mean, odd: a tenth of all, and 1 where they are few."""
    return 1 if rounds < 20 else rounds // 10 | 1


def moving_mean(values: Series, window: int) -> Series:
    """Mean of the finite values in the centred window around each place; NaN where there are none."""
    finite = np.isfinite(values)
    kernel = np.ones(window)
    half = window // 2
    counts = np.convolve(finite, kernel)[half : half + len(values)]
    totals = np.convolve(np.where(finite, values, 0.0), kernel)[half : half + len(values)]
    mean: Series = np.divide(totals, counts, out=np.full(len(values), np.nan), where=counts > 0)
    return mean


def frame(height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """A figure of so many points with one pair of axes."""
    figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
    return figure, figure.add_subplot()


def label_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows at 0, 1 and so on, from the top down."""
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(len(names) - 0.45, -0.55)


def to_svg(figure: Figure, name: str, description: str) -> str:
    """The figure as an `svg` element that fills its column; `name` keeps its identifiers apart from other pictures'."""
    buffer = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata=nothing, transparent=True)
    element = buffer.getvalue()[buffer.getvalue().index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'<g id="[^"]*">', "<g>", element)
    element = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", element)
    return re.sub(
        r'<svg [^>]*?(viewBox="[^"]*")[^>]*>',
        rf'<svg \1 role="img" aria-label="{description}" xmlns:xlink="http://www.w3.org/1999/xlink">',
        element,
        count=1,
    )
