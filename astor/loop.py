"""Rounds in one process: the steps in their order, with models kept in memory between them. With staleness 1 a second
process samples, where there is room for both.

A round counts once its checkpoint, policy and trainer state together, is committed. What a killed process left after
its last checkpoint is removed and done again, so that the same command ends with the same digests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, NamedTuple, TypeVar

from astor.records import State
from astor.run.budget import has_ended, is_idle, spent
from astor.run.candidate import candidate, candidates
from astor.run.champion import champion_of
from astor.run.checkpoints import last_checkpoint, remove_after
from astor.run.draws import Draw, committed_draws
from astor.run.failure import warn
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

T = TypeVar("T")


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
    """Rounds from the last checkpoint up to `until`, exclusive, or to where the run ends; the policy at their end.

    Nothing happens where the last checkpoint is of `until` or later. Policies are evaluated on held-out prompts before
    the first round, and every `evaluation.every` rounds.
    """
    first, policy = last_checkpoint(run, start.policy, until)
    if first < until:
        remove_after(run, first)
    planned, report = start.plan, None
    if first:
        planned, report = (run.artifacts.committed(run.places.at("rounds", first - 1, s)) for s in ("score", "update"))
        if has_ended(run, planned):
            return policy
    if run.recipe.staleness:
        run.services.partner  # noqa: B018  # Before there is an update engine, which takes the cards that are left.
    draws = committed_draws(run, first) if first and run.recipe.staleness else []
    for round in range(first, until):
        if round == 0 or _is_due(round, run.recipe.evaluation.every):
            evaluate_policy(run, start, policy, "held_out")
        _report(run, round, planned)
        draws = draws or _sampling(run, draw, start, planned, policy)
        planned = score(run, start.prompts, draws, report)
        last = round + 1 == run.recipe.rounds or has_ended(run, planned)
        ends = last or round + 1 == until
        commit = ends or _is_due(round + 1, run.recipe.checkpoint_every)
        ahead: list[Draw] = []
        overlaps = run.recipe.staleness and not last
        meanwhile = _drawing(run, start, planned, policy, ahead) if overlaps else nullcontext()
        policy, report = update(run, policy, start.policy, draws, planned, commit, meanwhile)
        draws = ahead
        if commit:
            prune(run)
        _report(run, round + 1, planned)
        if is_idle(run, planned):
            idle = f"no prompt's rewards differed in {run.recipe.idle_rounds} rounds (idle_rounds)"
            warn(f"The run ends after {round + 1} rounds: {idle}.")
        if ends:
            break
    return policy


@contextmanager
def _drawing(run: Run, start: Start, planned: ArtifactRef, policy: PolicyRef, draws: list[Draw]) -> Iterator[None]:
    """Have the draws of a round at the end, by a policy that changes meanwhile: in the run's other process, or before
    everything else."""
    if run.services.partner is None:
        draws += draw(run, start, planned, policy)
        yield
        return
    save = None if policy.artifact else partial(run.services.policies.save_trained, policy)
    with run.services.partner.calling(draw, start, planned, policy, save=save) as results:
        yield
    draws += results[0]


def _sampling(run: Run, function: Callable[..., T], *arguments: Any) -> T:
    """What `function(run, *arguments)` returns, in whichever process of the run samples."""
    partner = run.services.partner
    return partner.call(function, *arguments) if partner else function(run, *arguments)


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
    """Evaluate the last policy, compare the candidate with the champion, promote, and prune; the ref of the result."""
    evaluated = evaluate_last(run, start, policy)
    promoted = promote(run, start.prompts, candidate(run, policy), **evaluated)
    prune(run)
    return promoted


def evaluate_last(run: Run, start: Start, policy: PolicyRef) -> dict[str, ArtifactRef]:
    """Evaluate the last policy, the run's candidate and what that is compared with; what `promote` calls them → their
    scores."""
    for one in (start.policy, policy):
        _sampling(run, evaluate_turns, start.prompts, start.references, one, start.policy)
    before = evaluate_policy(run, start, start.policy, "held_out")
    held_out = {one.digest: evaluate_policy(run, start, one, "held_out") for one in candidates(run, policy)}
    chosen = candidate(run, policy)
    return {
        "before": before,
        "after": held_out[policy.digest],
        "candidate": held_out[chosen.digest],
        "champion": evaluate_policy(run, start, champion_of(run, start.plan), "promotion"),
        "challenger": evaluate_policy(run, start, chosen, "promotion"),
    }


def evaluate_policy(run: Run, start: Start, policy: PolicyRef, split: str) -> ArtifactRef:
    """rollout, verify and evaluate one policy on the held-out or the promotion batch."""
    return evaluate(run, _sampling(run, _answers, start, policy, split), policy, split)


def _answers(run: Run, start: Start, policy: PolicyRef, split: str) -> ArtifactRef:
    return verify(run, start.references, rollout(run, start.prompts, start.plan, policy, split))


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
    away = f", {run.curves.behind} rounds not yet in MLflow" if run.curves.is_away else ""
    return f"training score {sum(scores) / max(len(scores), 1):.3f}{away}"
