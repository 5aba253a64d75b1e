"""score: verdicts → this round's groups, the next state and the next batch. Where the coordination decides."""

from collections import Counter
from collections.abc import Sequence

from astor.coordination.observation import observe_round
from astor.coordination.scheduler import Scheduler
from astor.records import Batch, Outcome, State, TaskStatistics, UpdateReport, Verdict
from astor.run.draws import Draw, Judged, inputs, judge_draws
from astor.run.run import Run
from astor.run.scheduling import make_batch, origin_of, resume_scheduler
from astor.storage import ArtifactRef


def score(run: Run, prompts: ArtifactRef, draws: Sequence[Draw], report: ArtifactRef | None) -> ArtifactRef:
    """Commit groups, state and batch and return their ref.

    Args:
        prompts: what `prepare` committed.
        draws: this round's, in their order; the first was planned by `plan` or by the round before's `score`.
        report: what `update` committed in the round before; None in the first.

    Raises:
        UserError: too many rollouts could not be judged.
    """
    batch: Batch = run.artifacts.read(draws[0].planned, "batch")
    uri = run.places.at("rounds", batch.round, "score")
    made_from = {"prompts": prompts, **inputs(draws, "planned", "completions", "verdicts"), "report": report}
    if done := run.artifacts.done(uri, made_from):
        return done
    last: UpdateReport | None = run.artifacts.read(report, "report") if report else None
    planned = draws[-1].planned
    state: State = run.artifacts.read(planned, "state")
    scheduler = resume_scheduler(run, prompts, planned)
    judged = judge_draws(run, draws, scheduler.accept)
    texts = _texts(run, draws) if run.recipe.scheduler.compares_answers else None
    observation = observe_round(batch.round, judged.verdicts, judged.groups, last, texts)
    new = scheduler.first_visits(observation.prompt_ids)
    scheduler.observe(observation)
    plan = scheduler.next_round(run.recipe.batch.prompts)
    measured = {task: _statistics(task, batch, state, judged, new, scheduler) for task in run.tasks}
    scored = run.artifacts.commit(
        uri,
        made_from,
        state=State(
            round=plan.round,
            scheduler=scheduler.state_dict(),
            shares=plan.shares,
            kl_multipliers=plan.kl_multipliers,
            tasks=measured,
            counters=_count(state.counters, judged.verdicts, measured),
        ),
        prompt_statistics=scheduler.prompt_statistics(),
        groups=judged.groups,
        batch=make_batch(run, prompts, plan, origin_of(batch)),
    )
    run.services.keep_scheduler(scored, scheduler)
    return scored


def _texts(run: Run, draws: Sequence[Draw]) -> dict[tuple[str, int], str]:
    """Prompt and number of a rollout → its answer."""
    return {
        (completion.prompt_id, completion.rollout): completion.text
        for draw in draws
        for completion in run.artifacts.read(draw.completions, "completions")
    }


def _statistics(
    task: str,
    batch: Batch,
    state: State,
    judged: Judged,
    new: set[str],
    scheduler: Scheduler,
) -> TaskStatistics:
    """What the round showed of one task, to which `new` prompts are new; means over no rollouts are 0."""
    verdicts, counts = [verdict for verdict in judged.verdicts if verdict.task == task], judged.counts[task]
    scores = [verdict.score for verdict in verdicts if verdict.score is not None]
    first = [verdict.score for verdict in verdicts if verdict.score is not None and verdict.prompt_id in new]
    groups = [group for group in judged.groups if group.task == task]
    rewards = [reward for group in groups for reward in group.rewards if reward is not None]
    tokens = sum(verdict.tokens for verdict in verdicts)
    metrics = scheduler.metrics()[task]
    return TaskStatistics(
        quota=batch.quotas[task],
        share=state.shares[task],
        kl_coefficient=batch.kl_coefficients[task],
        kl_multiplier=state.kl_multipliers[task],
        utility=metrics["utility"],
        potential=metrics["potential"],
        synergy=metrics["synergy"],
        noise=metrics.get("noise", 1.0),
        prompts=counts.groups,
        informative=counts.informative,
        dropped=counts.dropped,
        score=sum(scores) / max(len(scores), 1),
        first_score=sum(first) / len(first) if first else None,
        reward=sum(rewards) / max(len(rewards), 1),
        tokens=tokens,
        mean_tokens=tokens / max(len(verdicts), 1),
        outcomes=dict(Counter(verdict.outcome.value for verdict in verdicts)),
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
