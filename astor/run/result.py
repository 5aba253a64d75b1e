"""What a finished run came to, as the last line of `astor run` says it."""

import json
import shutil
from pathlib import Path
from typing import Any

from astor.records import GateDecision, Scores
from astor.run.budget import rounds_of
from astor.run.checkpoints import lost_record
from astor.run.history import held_out_evaluations, read_summary
from astor.run.run import Run
from astor.storage import ArtifactRef, DamagedError, find, locate

RESULT = "result.json"


def read_result(run: Run) -> dict[str, Any] | None:
    """The result of a run that is finished, or None. What somebody removed of it unfinishes it, and is made anew.

    Raises:
        UserError: the file is not what was written.
    """
    if _compared(run) is None:
        return None
    store, key = locate(run.places.at(RESULT))
    try:
        result: dict[str, Any] = json.loads(store.read(key))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise DamagedError(run.places.at(RESULT), "it is not JSON") from error
    if not isinstance(result, dict) or result != result | read_summary(run):
        raise DamagedError(run.places.at(RESULT), "it is not what was committed")
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
    """Sampled scores on held-out prompts of the first and the last policy of a run that is finished."""
    compared = _compared(run)
    assert compared is not None, "a run that is finished has its scores"
    before, after = (run.artifacts.read(scores, "scores") for scores in compared)
    return before, after


def _compared(run: Run) -> tuple[ArtifactRef, ArtifactRef] | None:
    """Scores before and after that the result was made from; None where they, or what is shown with them, are gone."""
    result = find(run.places.at("result"))
    if result is None or lost_record(run, rounds_of(run)):
        return None
    made_from = result.manifest.made_from
    known = {scores.digest: scores for scores in held_out_evaluations(run)}
    before, after = known.get(made_from["before"]), known.get(made_from["after"])
    if before is None or after is None:
        return None
    answers = [scores.sibling(name) for scores in (before, after) for name in ("rollout", "verify")]
    return (before, after) if all(map(find, [*answers, run.places.model(made_from["policy"])])) else None
