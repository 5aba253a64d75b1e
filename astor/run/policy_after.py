"""Policies of a run by how many rounds lie behind them."""

from astor.errors import UserError
from astor.policies.card import policy_ref
from astor.run.begun import own_policy
from astor.run.checkpoints import checkpoints
from astor.run.history import read_summary
from astor.run.run import Run
from astor.storage import PolicyRef, committed


def policy_after(run: Run, rounds: int | None = None) -> PolicyRef:
    """The policy of a run after so many rounds, 0 for its first one; None: of its result, or else its last checkpoint.

    Raises:
        UserError: the run has no such policy, or has not begun.
    """
    if rounds is None and run.artifacts.find(run.places.result):
        return policy_ref(committed(run.places.outside(read_summary(run)["policy"])).ref)
    first, known = own_policy(run), checkpoints(run)
    last = max(known, default=0) if rounds is None else rounds
    if last in known:
        return policy_ref(run.artifacts.committed(run.places.at("rounds", last, "checkpoint")))
    if last == 0 and first is not None:
        return first
    there = ", ".join(map(str, [*([0] if first else []), *known]))
    if not there:
        raise UserError(f"{run.places.uri} has no policy yet: run its recipe first.")
    raise UserError(f"{run.places.uri} has no policy after {last} rounds any more: it has those after {there}.")
