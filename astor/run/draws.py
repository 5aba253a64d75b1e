"""The draws of a round: what was planned, rolled out and verified, most often once."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import NamedTuple

from astor.coordination.coins import toss_coins
from astor.coordination.groups import GroupCounts, form_groups, shuffle_verdicts
from astor.coordination.observation import RoundObservation, observe_round
from astor.coordination.state import generator
from astor.records import Batch, Group, Verdict
from astor.run.run import Run
from astor.storage import ArtifactRef


class Draw(NamedTuple):
    """Refs of one draw of a round."""

    planned: ArtifactRef
    """State and batch."""
    completions: ArtifactRef
    verdicts: ArtifactRef


class Judged(NamedTuple):
    """All that a round's draws have shown."""

    verdicts: list[Verdict]
    groups: list[Group]
    counts: Mapping[str, GroupCounts]


def judge_draws(
    run: Run, draws: Sequence[Draw], accept: Callable[[RoundObservation], Container[str]] | None = None
) -> Judged:
    """Verdicts and groups of all draws together; quotas and KL coefficients are those of the first.

    Of what `accept` is shown, it gives the prompts whose informative groups the update gets; None keeps all.

    Raises:
        UserError: too many rollouts could not be judged.
    """
    batch: Batch = run.artifacts.read(draws[0].planned, "batch")
    verdicts = [verdict for draw in draws for verdict in run.artifacts.read(draw.verdicts, "verdicts")]
    if coins := {key: task.coin_share for key, task in run.recipe.tasks.items() if task.coin_share}:
        verdicts = toss_coins(verdicts, coins, generator(run.recipe.seed, batch.round, "coins"))
    if run.recipe.groups.shuffle_rewards:
        verdicts = shuffle_verdicts(verdicts, generator(run.recipe.seed, batch.round, "shuffled rewards"))

    loss = run.recipe.training.loss
    allowed = {
        row.prompt_id: row.max_tokens for draw in draws for row in run.artifacts.read(draw.planned, "batch").rows
    }

    def reward(verdict: Verdict) -> float | None:
        earned = run.tasks[verdict.task].reward(verdict)
        return None if earned is None else earned + loss.length_penalty(verdict.tokens, allowed[verdict.prompt_id])

    groups, counts = form_groups(
        verdicts,
        reward,
        loss.advantages,
        run.recipe.groups,
        batch.quotas,
        batch.kl_coefficients,
        (lambda formed: accept(observe_round(batch.round, verdicts, formed, None))) if accept else None,
    )
    return Judged(verdicts, groups, counts)


def committed_draws(run: Run, round: int) -> list[Draw]:
    """The draws of a round after the first as they were committed; none where one of them was not verified."""
    draws: list[Draw] = []
    planned = run.artifacts.find(run.places.at("rounds", round - 1, "score"))
    while planned:
        rolled_out, verified = (
            run.artifacts.find(run.places.draw(round, len(draws), step)) for step in ("rollout", "verify")
        )
        if rolled_out is None or verified is None:
            return []
        draws.append(Draw(planned, rolled_out, verified))
        planned = run.artifacts.find(run.places.draw(round, len(draws), "redraw"))
    return draws


def rolled_out_before(run: Run, round: int) -> ArtifactRef | None:
    """The completions of a round that was rolled out and verified beside the update before it, by a policy that may be
    gone by now; None where it was not."""
    draws = committed_draws(run, round) if run.recipe.staleness else []
    return draws[0].completions if draws else None


def inputs(draws: Sequence[Draw], *names: str) -> dict[str, ArtifactRef]:
    """The named refs of the draws, for a manifest: `verdicts`, `verdicts-1` and so on."""
    return {
        f"{name}-{number}" if number else name: getattr(draw, name)
        for number, draw in enumerate(draws)
        for name in names
    }
