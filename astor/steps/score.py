"""score: verdicts → this round's groups, the next state and the next batch. Where the coordination decides."""

from collections import Counter

from astor.coordination.groups import GroupCounts, form_groups, shuffle_verdicts
from astor.coordination.observation import observe_round
from astor.coordination.scheduler import Scheduler
from astor.coordination.state import generator
from astor.records import Batch, Group, Outcome, State, TaskStatistics, UpdateReport, Verdict
from astor.steps.coordination import next_batch, resume_scheduler
from astor.steps.run import Run


def score(run: Run, prompts: str, planned: str, verdicts: str, report: str | None) -> str:
    """Commit groups, state and batch and return their reference.

    Args:
        prompts: what `prepare` committed.
        planned: the artifact that holds this round's state and batch: of `plan`, or of the round before's `score`.
        verdicts: what `verify` committed of this batch.
        report: what `update` committed in the round before; None in the first.

    Raises:
        UserError: too many rollouts could not be judged.
    """
    batch: Batch = run.read(planned, "batch")
    uri = run.place("rounds", batch.round, "score")
    made_from = {"prompts": prompts, "planned": planned, "verdicts": verdicts, "report": report or ""}
    if reference := run.done(uri, made_from):
        return reference
    judged: list[Verdict] = run.read(verdicts, "verdicts")
    if run.recipe.groups.shuffle_rewards:
        judged = shuffle_verdicts(judged, generator(run.recipe.seed, batch.round, "shuffled rewards"))
    last: UpdateReport | None = run.read(report, "report") if report else None
    state: State = run.read(planned, "state")
    scheduler = resume_scheduler(run, prompts, planned)
    advantages = run.recipe.training.loss.advantages
    groups, counts = form_groups(judged, run.reward, advantages, run.recipe.groups, batch.quotas, batch.kl_coefficients)
    scheduler.observe(observe_round(batch.round, judged, groups, last))
    following, plan = next_batch(run, prompts, scheduler)
    measured = {task: _statistics(task, batch, state, judged, groups, counts[task], scheduler) for task in run.tasks}
    reference = run.commit(
        uri,
        made_from,
        state=State(
            round=plan.round,
            scheduler=scheduler.state_dict(),
            shares=plan.shares,
            kl_multipliers=plan.kl_multipliers,
            tasks=measured,
            counters=_count(state.counters, judged, measured),
        ),
        prompt_statistics=scheduler.prompt_statistics(),
        groups=groups,
        batch=following,
    )
    run.remember(reference, "scheduler", scheduler)
    return reference


def _statistics(
    task: str,
    batch: Batch,
    state: State,
    verdicts: list[Verdict],
    groups: list[Group],
    counts: GroupCounts,
    scheduler: Scheduler,
) -> TaskStatistics:
    """What the round showed of one task; means over no rollouts are 0."""
    judged = [verdict for verdict in verdicts if verdict.task == task]
    scores = [verdict.score for verdict in judged if verdict.score is not None]
    rewards = [reward for group in groups if group.task == task for reward in group.rewards if reward is not None]
    tokens = sum(verdict.tokens for verdict in judged)
    metrics = scheduler.metrics()[task]
    return TaskStatistics(
        quota=batch.quotas[task],
        share=state.shares[task],
        kl_coefficient=batch.kl_coefficients[task],
        kl_multiplier=state.kl_multipliers[task],
        utility=metrics["utility"],
        potential=metrics["potential"],
        synergy=metrics["synergy"],
        prompts=counts.groups,
        informative=counts.informative,
        dropped=counts.dropped,
        score=sum(scores) / max(len(scores), 1),
        reward=sum(rewards) / max(len(rewards), 1),
        tokens=tokens,
        mean_tokens=tokens / max(len(judged), 1),
        outcomes=dict(Counter(verdict.outcome.value for verdict in judged)),
    )


def _count(before: dict[str, int], verdicts: list[Verdict], tasks: dict[str, TaskStatistics]) -> dict[str, int]:
    counters = Counter(before)
    counters.update(
        rollouts=len(verdicts),
        tokens=sum(verdict.tokens for verdict in verdicts),
        infrastructure_errors=sum(verdict.outcome is Outcome.INFRASTRUCTURE_ERROR for verdict in verdicts),
        dropped_groups=sum(statistics.dropped for statistics in tasks.values()),
    )
    return dict(counters)
