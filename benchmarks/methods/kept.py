"""What runs of the report came to, kept beside the plan: a comparison goes on with them in any store.

A run is a line of `runs/SETTING.jsonl`; scores of single prompts have four digits there, everything else is whole.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plan import HERE

from astor.experiments.comparison import Comparison
from astor.experiments.execution import kept_name
from astor.experiments.figures import RunFigures
from astor.experiments.notes import Notes
from astor.storage import replacing

RUNS, RESULTS = HERE / "runs", HERE / "results"


def recall(comparison: Comparison) -> None:
    """Give a comparison's notes what is kept of its runs. A run whose recipe is another one now is not found there."""
    path, notes = RUNS / f"{comparison.name}.jsonl", Notes(comparison)
    for line in path.read_text().splitlines() if path.is_file() else ():
        kept = json.loads(line)
        if notes.figures(kept["name"]) is None:
            notes.keep(kept["name"], RunFigures.model_validate(kept["figures"]))


def keep(comparison: Comparison, figures: Mapping[str, RunFigures], results: Mapping[str, Any]) -> None:
    """Write what runs came to, by the names of their cells, and what they came to together.

    A run that is still to be merged is left out: its policy is in the store alone.
    """
    cells = comparison.cells()
    needed = {part.name for cell in cells if cell.name not in figures for part in cell.needs}
    lines = [
        json.dumps({"name": kept_name(comparison, cell), "figures": _shortened(figures[cell.name])})
        for cell in cells
        if cell.name in figures and cell.name not in needed
    ]
    whole = {key: value for key, value in results.items() if key != "runs"}
    _write(RUNS / f"{comparison.name}.jsonl", "".join(f"{line}\n" for line in lines))
    _write(RESULTS / f"{comparison.name}.json", json.dumps(whole, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as draft:
        draft.write_text(text)


def _shortened(figures: RunFigures) -> dict[str, Any]:
    told = figures.model_dump(mode="json")
    told["items"] = {task: [round(score, 4) for score in scores] for task, scores in told["items"].items()}
    return told
