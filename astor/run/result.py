"""What a finished run came to, as the last line of `astor run` says it."""

import json
import shutil
from pathlib import Path
from typing import Any

from astor.options import Options
from astor.records import GateDecision, Scores
from astor.run.checkpoints import lost_record, reached, rounds_of
from astor.run.history import held_out_evaluations, read_summary
from astor.run.places import REPORT
from astor.run.run import Run
from astor.storage import Artifact, ArtifactRef, DamagedError, committed, find, locate, sealed, unsealed

PLACES = ("policy", "report")
"""Keys of a result whose values are kept relative to the store, and told as its URIs."""


class Result(Options):
    """What a finished run came to: the last line of `astor run`, and `results/ROUNDS.json` with a checksum."""

    scores_before: dict[str, float]
    """Task → sampled score of the first policy on held-out prompts."""
    scores_after: dict[str, float]
    """The same of the last policy."""
    scores_candidate: dict[str, float]
    """The same of the candidate, the policy that was registered: the best checkpoint that was evaluated."""
    rounds: int
    """Rounds of the run."""
    candidate_round: int
    """Rounds behind the candidate."""
    seconds: float
    """Wall time of the command that finished the run."""
    peak_rss_mb: int
    """Peak of the resident memory of all of its processes together, in MiB."""
    model: str
    """Name and version of the registered model."""
    alias: str | None
    """Its alias: in the file the one that it got, in the last line the one that it has now."""
    policy: str
    """Where the policy is kept; accepted wherever a policy is asked for."""
    report: str
    """Where the report lies."""


def read_result(run: Run) -> dict[str, Any] | None:
    """The result of a run that is finished, or None. What somebody removed of it unfinishes it, and is made anew.

    Raises:
        UserError: the file is not what was written.
    """
    if _compared(run) is None:
        return None
    place = f"{run.places.result}.json"
    store, key = locate(place)
    try:
        result = unsealed(json.loads(store.read(key)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise DamagedError(place, "it is not JSON") from error
    if result is None or result != result | read_summary(run):
        raise DamagedError(place, "it is not what was committed")
    return _told(run, result)


def write_result(run: Run, seconds: float, peak_rss_mb: float) -> dict[str, Any]:
    """Join what `promote` committed with what the command cost, and keep it beside that.

    A command that continued an earlier one knows only its own seconds and memory.
    """
    cost = {"seconds": round(seconds, 1), "peak_rss_mb": round(peak_rss_mb)}
    values = read_summary(run) | cost
    result = {name: values[name] for name in Result.model_fields}
    run.places.publish(f"{run.places.result}.json", json.dumps(sealed(result)).encode())
    return _told(run, result)


def results(run: Run) -> list[Artifact]:
    """What the run came to, after each number of rounds that it was finished with."""
    found = (find(run.places.at("results", name)) for name in run.places.below("results"))
    return [artifact for artifact in found if artifact]


def report_page(run: Run) -> str:
    """Where the report of a finished run lies: beside it, or with the result where the run has gone on since."""
    if reached(run) <= run.recipe.rounds:
        return run.places.at(REPORT)
    return str(committed(run.places.result).part("pages") / REPORT)


def show(run: Run, result: ArtifactRef, card: Path, report: Path) -> dict[str, float]:
    """Copy a result's card and report to where a pipeline shows them; the scalars to show beside them."""
    pages = run.artifacts.read(result, "pages")
    shutil.copyfile(pages / "card.md", card)
    shutil.copyfile(pages / REPORT, report)
    decision: GateDecision = run.artifacts.read(result, "decision")
    return {"promoted": float(decision.promoted), "mean_difference": decision.mean_difference}


def held_out_scores(run: Run) -> tuple[Scores, Scores]:
    """Sampled scores on held-out prompts of the first and the last policy of a run that is finished."""
    compared = _compared(run)
    assert compared is not None, "a run that is finished has its scores"
    before, after = (run.artifacts.read(scores, "scores") for scores in compared)
    return before, after


def _told(run: Run, result: dict[str, Any]) -> dict[str, Any]:
    return result | {name: run.places.outside(result[name]) for name in PLACES}


def _compared(run: Run) -> tuple[ArtifactRef, ArtifactRef] | None:
    """Scores before and after that the result was made from; None where they, or what is shown with them, are gone."""
    result = find(run.places.result)
    if result is None or lost_record(run, rounds_of(run)):
        return None
    made_from = result.manifest.made_from
    known = {scores.digest: scores for scores in held_out_evaluations(run)}
    before, after = known.get(made_from["before"]), known.get(made_from["after"])
    if before is None or after is None:
        return None
    answers = [scores.sibling(name) for scores in (before, after) for name in ("rollout", "verify")]
    return (before, after) if all(map(find, [*answers, run.places.model(made_from["policy"])])) else None
