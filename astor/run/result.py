"""What a finished run came to, as the last line of `astor run` says it."""

import json
import shutil
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.records import GateDecision, Scores
from astor.run.history import held_out_evaluations, read_summary
from astor.run.run import Run
from astor.storage import ArtifactRef, locate

RESULT = "result.json"


def read_result(run: Run) -> dict[str, Any] | None:
    """The result of a run that is finished, or None."""
    store, key = locate(run.places.at(RESULT))
    try:
        result: dict[str, Any] = json.loads(store.read(key))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise UserError(
            f"{run.places.at(RESULT)} is not JSON ({error}): remove it and run the command again."
        ) from error
    return result


def write_result(run: Run, seconds: float, peak_rss_mb: float) -> dict[str, Any]:
    """Join what `promote` committed with what the command cost, and keep it beside the run.

    A command that continued an earlier one knows only its own seconds and memory.
    """
    cost = {"seconds": round(seconds, 1), "peak_rss_mb": round(peak_rss_mb)}
    names = ("scores_before", "scores_after", "rounds", "seconds", "peak_rss_mb", "model", "alias", "policy", "report")
    values = read_summary(run) | cost
    result = {name: values[name] for name in names}
    run.places.publish(RESULT, json.dumps(result).encode())
    return result


def show(run: Run, result: ArtifactRef, card: Path, report: Path) -> dict[str, float]:
    """Copy a result's card and report to where a pipeline shows them; the scalars to show beside them."""
    pages = run.artifacts.read(result, "pages")
    shutil.copyfile(pages / "card.md", card)
    shutil.copyfile(pages / "report.html", report)
    decision: GateDecision = run.artifacts.read(result, "decision")
    return {"promoted": float(decision.promoted), "mean_difference": decision.mean_difference}


def held_out_scores(run: Run) -> tuple[Scores, Scores]:
    """Sampled scores of the first and of the latest policy that was evaluated on held-out prompts."""
    refs = held_out_evaluations(run)
    return run.artifacts.read(refs[0], "scores"), run.artifacts.read(refs[-1], "scores")
