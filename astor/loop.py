"""Rounds in one process: the steps in their order, with models kept in memory between them.

A round counts once its checkpoint, policy and trainer state together, is committed. What a killed process left after
its last checkpoint is removed and done again, so that the same command ends with the same digests.
"""

from typing import NamedTuple

from astor.records import State
from astor.steps.evaluate import evaluate
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.progress import report_progress
from astor.steps.promote import promote
from astor.steps.rollout import rollout
from astor.steps.run import Run
from astor.steps.score import score
from astor.steps.turns import evaluate_turns
from astor.steps.update import update
from astor.steps.verify import verify

KEPT_CHECKPOINTS = 2


class Start(NamedTuple):
    """References of what every round needs."""

    prompts: str
    references: str
    policy: str
    """policy_0, which is the reference policy."""
    plan: str


def post_train(run: Run) -> str:
    """The whole run, from its last commit on; the reference of what `promote` committed."""
    run.resolve()
    prompts, references = prepare(run)
    policy = initialise(run, prompts)
    start = Start(prompts, references, policy, plan(run, prompts, policy))
    return finish(run, start, train(run, start, run.recipe.rounds))


def train(run: Run, start: Start, until: int) -> str:
    """Rounds from the last checkpoint up to `until`, exclusive; the reference of the policy at their end.

    Nothing happens where the last checkpoint is of `until` or later. Policies are evaluated on held-out prompts before
    the first round, and every `evaluation.every` rounds.
    """
    first, policy = _last_checkpoint(run, start)
    if first < until:
        _remove_orphans(run, first)
    planned = run.committed("rounds", first - 1, "score") if first else start.plan
    report = run.committed("rounds", first - 1, "update") if first else None
    for round in range(first, until):
        if round == 0 or _is_due(round, run.recipe.evaluation.every):
            evaluate_policy(run, start, policy, "held_out")
        completions = rollout(run, start.prompts, planned, policy)
        verdicts = verify(run, start.references, completions)
        scored = score(run, start.prompts, planned, verdicts, report)
        commit = _is_due(round + 1, run.recipe.checkpoint_every) or round + 1 == until
        policy, report = update(run, policy, start.policy, completions, planned, scored, commit)
        planned = scored
        if commit:
            _prune_checkpoints(run, round + 1)
        report_progress("rounds", round + 1, run.recipe.rounds, _note(run.read(scored, "state")))
    return policy


def finish(run: Run, start: Start, policy: str) -> str:
    """Evaluate the last policy, compare it with the champion, and promote; the reference of the result."""
    for one in (start.policy, policy):
        evaluate_turns(run, start.prompts, start.references, one, start.policy)
    return promote(
        run,
        start.prompts,
        policy,
        before=evaluate_policy(run, start, start.policy, "held_out"),
        after=evaluate_policy(run, start, policy, "held_out"),
        champion=evaluate_policy(run, start, run.read(start.plan, "champion").policy, "promotion"),
        challenger=evaluate_policy(run, start, policy, "promotion"),
    )


def evaluate_policy(run: Run, start: Start, policy: str, split: str) -> str:
    """rollout, verify and evaluate one policy on the held-out or the promotion batch."""
    completions = rollout(run, start.prompts, start.plan, policy, split)
    verdicts = verify(run, start.references, completions)
    return evaluate(run, verdicts, policy, split)


def _is_due(round: int, every: int) -> bool:
    return every > 0 and round % every == 0


def _last_checkpoint(run: Run, start: Start) -> tuple[int, str]:
    """Rounds that lie behind the last checkpoint, and the policy then."""
    for round in range(run.recipe.rounds, 0, -1):
        if checkpoint := run.reference(run.place("rounds", round, "checkpoint")):
            return round, checkpoint
    return 0, start.policy


def _remove_orphans(run: Run, first: int) -> None:
    """Remove what was written after the checkpoint that `first` begins from."""
    for step in ("rollout", "verify", "score", "update"):
        run.remove("rounds", first, step)
    for name in run.names("rounds"):
        if int(name) > first:
            run.remove("rounds", name)


def _prune_checkpoints(run: Run, newest: int) -> None:
    kept = 0
    for name in sorted(run.names("rounds"), reverse=True):
        if int(name) <= newest and run.reference(run.place("rounds", name, "checkpoint")):
            kept += 1
            if kept > KEPT_CHECKPOINTS:
                run.remove("rounds", name, "checkpoint")


def _note(state: State) -> str:
    scores = [statistics.score for statistics in state.tasks.values() if statistics.prompts]
    return f"training score {sum(scores) / max(len(scores), 1):.3f}"
