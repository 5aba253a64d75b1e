"""What a run costs on a cluster: by what was measured of it, and before that by what its recipe lets one reckon."""

from typing import NamedTuple

from astor.recipe.accelerated import accelerated, answer_tokens, cards
from astor.recipe.estimate import sandbox_cores, workload
from astor.recipe.overhead import Granularity, Overhead, overhead
from astor.recipe.recipe import Recipe
from astor.run.pace import Pace
from astor.run.traffic import Traffic, traffic

HOUR = 3600.0


class Time(NamedTuple):
    """Of the run's own work."""

    seconds: float
    """Of the whole run."""
    accelerator_hours: float
    """Of a round, in which pods have accelerators."""


class ClusterCost(NamedTuple):
    """Of one submission, whose steps all still have to be done."""

    overhead: Overhead
    time: Time | None
    """None: no round was measured, and the recipe does not say enough to reckon with."""
    is_measured: bool
    """Whether `time` and the tokens in `traffic` are those of rounds that were run."""
    traffic: Traffic | None
    """Of a round; None where the policy's size is not known."""
    sandbox_cores: float
    """For each rollout of a round. An estimate."""

    @property
    def share(self) -> float | None:
        """Of the run's time that is overhead, from 0 to 1; None where the time is not known."""
        return self.overhead.seconds / (self.overhead.seconds + self.time.seconds) if self.time else None


def cluster_cost(recipe: Recipe, granularity: Granularity, pace: Pace | None = None) -> ClusterCost:
    """Of a recipe in a granularity.

    Args:
        pace: of the run, or one like it; None where none was measured.
    """
    asked = recipe.model_copy(update={"granularity": granularity})
    size = asked.policy.size()
    tokens = pace.tokens if pace else asked.batch.prompts * asked.batch.rollouts * answer_tokens(asked)
    return ClusterCost(
        overhead=overhead(asked, granularity),
        time=_measured(asked, pace) if pace else _reckoned(asked),
        is_measured=pace is not None,
        traffic=traffic(asked, size, granularity, tokens) if size else None,
        sandbox_cores=sandbox_cores(asked),
    )


def _measured(recipe: Recipe, pace: Pace) -> Time:
    evaluations = workload(recipe).evaluations + 2
    seconds = pace.first + recipe.rounds * pace.round + evaluations * pace.evaluation + pace.promote
    have = cards(recipe)
    by_step = have.rollout * pace.sampled + have.update * pace.trained
    held = have.update * pace.round if recipe.granularity == "segment" else by_step
    return Time(seconds, held / HOUR)


def _reckoned(recipe: Recipe) -> Time | None:
    size = recipe.policy.size()
    if size is None or (of := accelerated(recipe, size)) is None:
        return None
    have = cards(recipe)
    together = max(of.rollout, of.update) if _overlaps(recipe) else of.rollout + of.update
    seconds = recipe.rounds * together + (workload(recipe).evaluations + 2) * of.evaluation
    return Time(seconds, (have.rollout * of.rollout + have.update * of.update) / HOUR)


def _overlaps(recipe: Recipe) -> bool:
    """Whether two pools work at the same time."""
    return recipe.staleness > 0 and recipe.granularity == "step"
