"""Rounds in one process: the steps in their order, with models kept in memory between them.

A round counts once its checkpoint, policy and trainer state together, is committed. What a killed process left after
its last checkpoint is removed and done again, so that the same command ends with the same digests.
"""

from typing import NamedTuple

from astor.records import State
from astor.run.budget import is_spent, spent
from astor.run.champion import champion_of
from astor.run.checkpoints import last_checkpoint, remove_after
from astor.run.draws import Draw
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.steps.evaluate import evaluate
from astor.steps.evaluate_turns import evaluate_turns
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.promote import promote
from astor.steps.prune import prune
from astor.steps.redraw import redraw
from astor.steps.rollout import rollout
from astor.steps.score import score
from astor.steps.update import update
from astor.steps.verify import verify
from astor.storage import ArtifactRef, PolicyRef


class Start(NamedTuple):
    """What every round needs."""

    prompts: ArtifactRef
    references: ArtifactRef
    policy: PolicyRef
    """policy_0, which is the reference policy."""
    plan: ArtifactRef


def post_train(run: Run) -> ArtifactRef:
    """The whole run, from its last commit on; the ref of what `promote` committed."""
    run.resolve()
    prompts, references = prepare(run)
    policy = initialise(run, prompts)
    start = Start(prompts, references, policy, plan(run, prompts, policy))
    return finish(run, start, train(run, start, run.recipe.rounds))


def train(run: Run, start: Start, until: int) -> PolicyRef:
    """Rounds from the last checkpoint up to `until`, exclusive, or to the end of the budget; the policy at their end.

    Nothing happens where the last checkpoint is of `until` or later. Policies are evaluated on held-out prompts before
    the first round, and every `evaluation.every` rounds.
    """
    first, policy = last_checkpoint(run, start.policy, until)
    if first < until:
        remove_after(run, first)
    planned, report = start.plan, None
    if first:
        planned, report = (run.artifacts.committed(run.places.at("rounds", first - 1, s)) for s in ("score", "update"))
        if is_spent(run, planned):
            return policy
    for round in range(first, until):
        if round == 0 or _is_due(round, run.recipe.evaluation.every):
            evaluate_policy(run, start, policy, "held_out")
        _report(run, round, planned)
        draws = draw(run, start, planned, policy)
        planned = score(run, start.prompts, draws, report)
        ends = round + 1 == until or is_spent(run, planned)
        commit = ends or _is_due(round + 1, run.recipe.checkpoint_every)
        policy, report = update(run, policy, start.policy, draws, planned, commit)
        if commit:
            prune(run)
        _report(run, round + 1, planned)
        if ends:
            break
    return policy


def draw(run: Run, start: Start, planned: ArtifactRef, policy: PolicyRef) -> list[Draw]:
    """The draws of a round, rolled out and verified: as many as the scheduler wants."""
    draws: list[Draw] = []
    wanted: ArtifactRef | None = planned
    while wanted is not None:
        completions = rollout(run, start.prompts, wanted, policy)
        draws.append(Draw(wanted, completions, verify(run, start.references, completions)))
        wanted = redraw(run, start.prompts, draws)
    return draws


def finish(run: Run, start: Start, policy: PolicyRef) -> ArtifactRef:
    """Evaluate the last policy, compare it with the champion, promote, and prune; the ref of the result."""
    for one in (start.policy, policy):
        evaluate_turns(run, start.prompts, start.references, one, start.policy)
    promoted = promote(
        run,
        start.prompts,
        policy,
        before=evaluate_policy(run, start, start.policy, "held_out"),
        after=evaluate_policy(run, start, policy, "held_out"),
        champion=evaluate_policy(run, start, champion_of(run, start.plan), "promotion"),
        challenger=evaluate_policy(run, start, policy, "promotion"),
    )
    prune(run)
    return promoted


def evaluate_policy(run: Run, start: Start, policy: PolicyRef, split: str) -> ArtifactRef:
    """rollout, verify and evaluate one policy on the held-out or the promotion batch."""
    completions = rollout(run, start.prompts, start.plan, policy, split)
    verdicts = verify(run, start.references, completions)
    return evaluate(run, verdicts, policy, split)


def _is_due(round: int, every: int) -> bool:
    return every > 0 and round % every == 0


def _report(run: Run, rounds: int, planned: ArtifactRef) -> None:
    """Tell how many rounds of a run are done, or how much of its budget is spent."""
    state: State = run.artifacts.read(planned, "state")
    note = _note(run, state) if state.tasks else ""
    budget, done = run.recipe.budget, zip(("tokens", "prompts"), spent(run, state), strict=True)
    for name, used in done:
        if limit := getattr(budget, name):
            return report_progress(name, min(used, limit), limit, f"round {rounds}, {note}".removesuffix(", "))
    return report_progress("rounds", rounds, run.recipe.rounds, note)


def _note(run: Run, state: State) -> str:
    scores = [statistics.score for statistics in state.tasks.values() if statistics.prompts]
    away = f", {run.curves.behind} rounds not yet in MLflow" if run.curves.behind else ""
    return f"training score {sum(scores) / max(len(scores), 1):.3f}{away}"
