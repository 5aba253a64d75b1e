"""What `astor run --on cluster --dry-run` says of time and of a round: accelerators, S3, the sandbox."""

from collections.abc import Iterator

from astor.cli.plan import time_in_words
from astor.cli.words import size
from astor.recipe.accelerated import cards
from astor.recipe.estimate import JUDGED_IN
from astor.recipe.recipe import Recipe
from astor.run.cluster_cost import ClusterCost

NETWORK = 1e9
"""Bytes a second of a network whose wait is told, for people to compare with theirs."""


def cost_lines(recipe: Recipe, cost: ClusterCost) -> Iterator[tuple[str, str]]:
    """Name → words, of what the chosen granularity costs."""
    yield "work", _work(recipe, cost)
    if cost.traffic is None:
        yield "S3", f"known {_by_size(recipe)}"
    else:
        up, down, both = (size(round(count)) for count in (*cost.traffic, cost.traffic.both))
        wait = cost.traffic.both / NETWORK
        waited = f"; at 1 GB/s {time_in_words(wait)}, which are in no other line" if wait >= 1 else ""
        yield "S3", f"{both} a round, {up} to it and {down} from it, estimated{waited}"
    cores = cost.sandbox_cores
    all_of_them = cores * recipe.batch.prompts * recipe.batch.rollouts
    told = f"{cores:.2g} cores a rollout, {all_of_them:.2g} for a round that is judged in {JUDGED_IN:.0f} s"
    yield "sandbox", f"{told}, estimated"


def _work(recipe: Recipe, cost: ClusterCost) -> str:
    if cost.time is None:
        way = _by_size(recipe) if cost.traffic is None else "where pools have accelerators (cluster.pools)"
        return f"how long it takes is known after the first round, or {way}"
    hours = f", {cost.time.accelerator_hours:.2g} accelerator hours a round" if any(cards(recipe)) else ""
    if cost.is_measured:
        return f"about {time_in_words(cost.time.seconds)}{hours}, as in rounds that were run"
    estimated = "estimated for H100s that never wait, and answers half as long as they may be"
    return f"at least {time_in_words(cost.time.seconds)}{hours}, {estimated}"


def _by_size(recipe: Recipe) -> str:
    """When it is known what depends on the size of a policy that nothing here tells."""
    if (path := getattr(recipe.policy, "path", None)) is None:
        return "once the policy is loaded"
    return f"by the policy's size, but no model at {path} of this machine tells it: give --set policy.path=DIRECTORY"
