"""A run's checkpoints: which there are, and from which one the run goes on."""

from typing import NamedTuple

from astor.errors import UserError
from astor.policies.card import policy_ref
from astor.run.budget import has_ended
from astor.run.draws import committed_draws
from astor.run.failure import warn
from astor.run.run import Run
from astor.storage import ArtifactRef, DamagedError, PolicyRef, load

RECORDS = ("score", "update")
"""What steps leave of every round for good."""
DRAWS = ("rollout", "verify", "redraw")
"""What is there of a round before it is scored."""


def checkpoints(run: Run) -> list[int]:
    """Rounds that begin with a committed policy of the run, in their order."""
    committed = (place.partition("/") for place in run.places.committed_below("rounds"))
    return sorted(int(round) for round, _, name in committed if name == "checkpoint")


def reached(run: Run) -> int:
    """Rounds that lie behind the run's last checkpoint, or its last result where checkpoints were pruned: more than its
    recipe has where it went on with more."""
    finished = (int(name) for name in run.places.below("results") if name.isdecimal())
    return max([*checkpoints(run), *finished], default=0)


def rounds_of(run: Run) -> int:
    """Rounds that the run has at its end: those of its recipe, or fewer where it has ended before."""
    last = max(checkpoints(run), default=0)
    if not (run.recipe.budget.is_set or run.recipe.idle_rounds) or not 0 < last < run.recipe.rounds:
        return run.recipe.rounds
    scored = run.artifacts.find(run.places.at("rounds", last - 1, "score"))
    return last if scored and has_ended(run, scored) else run.recipe.rounds


def require_within_reach(run: Run) -> None:
    """UserError where the run went on, and the policy that it had after the recipe's rounds is gone."""
    rounds, known, further = run.recipe.rounds, checkpoints(run), reached(run)
    if rounds and rounds not in known and further > rounds:
        raise UserError(
            f"{run.places.uri} is at {further} rounds already, and its policy after {rounds} is gone: set rounds to "
            f"{further} or more, give the recipe another name, or start over with --fresh."
        )


def last_checkpoint(run: Run, first: PolicyRef, until: int) -> tuple[int, PolicyRef]:
    """Rounds that lie behind the last checkpoint, and the policy then; 0 and `first` where there is none.

    A checkpoint counts where the records of all rounds before it stand, and what is gone on from is undamaged. Where
    one does not, that is told, and the one before it is taken. What lies behind `until` is not gone on from. With
    staleness 1 the next round was rolled out by the policy before it: where it was not, the one before is taken, too.
    """
    for round in reversed(checkpoints(run)):
        if round > run.recipe.rounds:
            continue
        try:
            if lost := lost_record(run, round):
                raise DamagedError(lost, "it is gone")
            if round <= until:
                for place in (("rounds", round, "checkpoint"), *(("rounds", round - 1, step) for step in RECORDS)):
                    load(run.artifacts.committed(run.places.at(*place))).check()
            if run.recipe.staleness and 0 < round < until and not _is_rolled_out(run, round):
                continue
            return round, policy_ref(run.artifacts.committed(run.places.at("rounds", round, "checkpoint")))
        except DamagedError as damage:
            warn(f"{damage.uri} is damaged ({damage.reason}): the run goes on from what was committed before it.")
    return 0, first


def _is_rolled_out(run: Run, round: int) -> bool:
    """Whether a round can be gone on with whose draws are of the policy before it; or the run has ended before it."""
    draws = committed_draws(run, round)
    for ref in (ref for draw in draws for ref in draw):
        load(ref).check()
    return bool(draws) or has_ended(run, run.artifacts.committed(run.places.at("rounds", round - 1, "score")))


class Passed(NamedTuple):
    """What a round hands on that lies behind the checkpoint that a run goes on from."""

    scored: ArtifactRef
    report: ArtifactRef
    policy: PolicyRef
    """That of the checkpoint: the round's own may be gone."""


def passed(run: Run, round: int) -> Passed | None:
    """What is handed on in place of doing a round again; None where it is still to be done."""
    if not any(round < checkpoint <= run.recipe.rounds for checkpoint in checkpoints(run)):
        return None
    reached, policy = last_checkpoint(run, PolicyRef("", ""), run.recipe.rounds)
    if reached <= round:
        return None
    scored, report = (run.artifacts.committed(run.places.at("rounds", round, step)) for step in RECORDS)
    return Passed(scored, report, policy)


def remove_after(run: Run, first: int) -> None:
    """Remove what was written after the checkpoint that the round `first` begins from; with staleness 1 the draws of
    that round were written before.

    Raises:
        UserError: that would remove rounds of a run that went on with more than the recipe has.
    """
    require_within_reach(run)
    drawn = DRAWS if run.recipe.staleness and first else ()
    for name in run.places.below("rounds", first):
        if name != "checkpoint" and name.partition("-")[0] not in drawn:
            run.places.remove("rounds", first, name)
    for name in run.places.below("rounds"):
        if int(name) > first:
            run.places.remove("rounds", name)


def lost_record(run: Run, rounds: int) -> str | None:
    """The place of a record of the first `rounds` rounds that is gone, though a report needs it; None where none is."""
    committed = run.places.committed_below("rounds")
    for round in range(rounds):
        for step in RECORDS:
            if f"{round:05d}/{step}" not in committed:
                return run.places.at("rounds", round, step)
    return None
