"""What a finished run can do without: its result and its report it keeps."""

from collections.abc import Iterator, Mapping

from astor.run.checkpoints import RECORDS
from astor.run.history import held_out_evaluations
from astor.run.removal import Removal, removal
from astor.run.result import results
from astor.run.run import Run
from astor.storage import Entry

WORDS = {
    "rollout": "rollouts",
    "verify": "verdicts",
    "checkpoint": "checkpoints",
    "kfp": "files of KFP's runner",
    "stopped": "batches of updates that were stopped",
}


def spent(run: Run, files: Mapping[str, Entry]) -> Iterator[Removal]:
    """What a run that is finished needs neither for its result nor for its report.

    That is rollouts and verdicts of training, checkpoints, answers to promotion prompts, and those of policies between
    the first and the last one. Every score stays, and so do the answers on held-out prompts that a report shows.

    Args:
        files: everything of the run, path below it → what lies there.
    """
    shown = _shown(run)
    places = set()
    for path in files:
        folder, *rest = path.split("/")
        if folder in ("kfp", "stopped"):
            places.add(folder)
        elif len(rest) > 1 and (
            (folder == "rounds" and rest[1] not in RECORDS)
            or (folder == "evaluations" and rest[0] not in shown and rest[1] in ("rollout", "verify"))
        ):
            places.add("/".join((folder, *rest[:2])))
    for place in sorted(places):
        kind = place.rpartition("/")[2].partition("-")[0]
        yield removal(run.places.uri, place, files, WORDS.get(kind, kind), run.places.name)


def _shown(run: Run) -> set[str]:
    """Names of the evaluations whose answers reports show: those of the first policy, and of each that was last."""
    wanted = {result.manifest.made_from[name] for result in results(run) for name in ("before", "after")}
    found = held_out_evaluations(run)
    return {scores.uri.split("/")[-2] for scores in found if scores.digest in wanted}
