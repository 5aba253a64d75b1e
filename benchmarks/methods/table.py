"""The tables of docs/methods.md, from the results that are kept.

    python benchmarks/methods/table.py

What stands between the two marks of the page is replaced. The last line is JSON: the settings that have results.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astor.experiments.statistics import difference_over_seeds

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "methods.md"
BEGIN, END = "<!-- results: python benchmarks/methods/table.py -->", "<!-- end of results -->"


def main() -> None:
    found = {path.stem: json.loads(path.read_text()) for path in sorted((HERE / "results").glob("*.json"))}
    page = PAGE.read_text()
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    told = "\n".join(table(setting, results) + changed(setting, results) for setting, results in found.items())
    PAGE.write_text(f"{before}{BEGIN}\n\n{told or 'Nothing has been run yet.'}\n\n{END}{after}")
    print(json.dumps(list(found)))


def table(setting: str, found: Mapping[str, Any]) -> str:
    """One setting's results as Markdown."""
    arms = [arm for arm in found["arms"] if not arm["is_part"]]
    prompts = sum(found["held_out_prompts"].values())
    budget = ", ".join(f"{limit:,} {unit}" for unit, limit in found["budget"].items())
    detectable = [told["mean"]["detectable"] for told in found["differences"].values() if told["mean"]["detectable"]]
    lines = [
        f"### {setting.replace('_', ' ')}",
        "",
        f"{budget} a run; {prompts} held-out prompts, {found['evaluation_samples']} sampled answers to each. The warm "
        f"start has {found['before']['sampled']['mean']:.3f} in the mean, {found['before']['sampled']['worst']:.3f} at "
        f"worst, {found['before']['greedy']['mean']:.3f} greedy. Differences are from {found['reference']}, with "
        "Student's 95 % interval over seeds and Holm's p."
        + (f" A difference of {min(detectable):.3f} to {max(detectable):.3f} is found in four of five comparisons."
           if detectable else ""),
        "",
        "| method | seeds | mean | worst | greedy | difference | relative | p | useful in 100 rollouts | tokens |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    return "\n".join([*lines, *(_row(arm, found) for arm in arms), ""])


def changed(setting: str, found: Mapping[str, Any]) -> str:
    """What becomes of ASTOR without a part or with another, as Markdown; empty where nothing was changed."""
    scores: dict[str, dict[int, float]] = {}
    for line in (HERE / "runs" / f"{setting}.jsonl").read_text().splitlines():
        run = json.loads(line)["figures"]
        scores.setdefault(run["method"], {})[run["seed"]] = run["sampled"]["mean"]
    arms = {arm["name"]: arm for arm in found["arms"]}
    rows = []
    for name in filter(lambda name: name.startswith("astor_"), arms):
        seeds = sorted(scores[name].keys() & scores["astor"].keys())
        told = difference_over_seeds([scores[name][seed] - scores["astor"][seed] for seed in seeds])
        between = "" if told.low is None else f"[{told.low:+.3f}, {told.high:+.3f}]"
        useful = 100 * arms[name]["useful_per_rollout"]
        rows.append(f"| {name} | {told.seeds} | {told.value:+.4f} | {between} | {useful:.2f} |")
    if not rows:
        return ""
    head = ["| | seeds | difference from `astor` | 95 % | useful in 100 rollouts |", "|---|---|---|---|---|"]
    return "\n".join(["", "ASTOR's variants beside `astor`, seed by seed:", "", *head, *rows, ""])


def _row(arm: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    told = found["differences"].get(arm["name"], {}).get("mean")
    difference = relative = p = ""
    if told:
        between = "" if told["low"] is None else f" [{told['low']:+.3f}, {told['high']:+.3f}]"
        difference = f"{told['value']:+.3f}{between}"
        relative = "" if told["relative"] is None else f"{100 * told['relative']:+.1f} %"
        p = "" if told["p_holm"] is None else f"{told['p_holm']:.3f}"
    scores = " | ".join(
        f"{value:.3f}" for value in (arm["sampled"]["mean"], arm["sampled"]["worst"], arm["greedy"]["mean"])
    )
    cells = (arm["name"], str(len(arm["seeds"])), scores, difference, relative, p)
    return f"| {' | '.join(cells)} | {100 * arm['useful_per_rollout']:.2f} | {arm['tokens']:,.0f} |"


if __name__ == "__main__":
    main()
