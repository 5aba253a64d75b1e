"""How fast a run goes: what its own rounds took so far, or those of a run like it on a machine like this one."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

from astor.errors import UserError
from astor.recipe.recipe import Recipe
from astor.run.begun import own_prompts
from astor.run.durations import seconds_by_step
from astor.run.environment import Environment, read_environments
from astor.run.partner import cards_beside
from astor.run.places import names_below
from astor.run.run import Run
from astor.storage import DamagedError, find

SAMPLED, TRAINED = ("rollout", "redraw", "verify"), ("update", "checkpoint")
"""Kinds of steps that every round has, beside `score`."""
IRRELEVANT = ("name", "seed", "rounds", "granularity", "rounds_per_segment", "checkpoint_every", "gate", "tracking")
"""Keys that do not change how long a round takes."""
SAME = ("processor", "features", "cores", "threads", "processes")
"""What two machines must have in common."""


class Pace(NamedTuple):
    """Seconds, and tokens generated."""

    run: str
    """Name of the run that was measured."""
    rounds: int
    """Rounds that were."""
    first: float
    """Seconds of what comes before the first round: prompts, the first policy, the plan."""
    plan: float
    """The last of it, which every run has for itself."""
    round: float
    evaluation: float
    """Of one policy on held-out or promotion prompts."""
    promote: float
    tokens: float
    """Tokens of a round's rollouts."""
    beside: float = 0.0
    """Of a round: what staleness 1 lets go on beside the rest, the shorter of sampling and training; else 0."""

    @classmethod
    def of(cls, run: Run) -> Self | None:
        """What the run's steps took so far; None before its first round has ended."""
        prompts = own_prompts(run)
        committed = run.places.committed_below()
        rounds = sum(place.startswith("rounds/") and place.endswith("/update") for place in committed)
        if prompts is None or not rounds:
            return None
        seconds = seconds_by_step(run, prompts)
        evaluations = sum(place.startswith("evaluations/") and place.endswith("/scores") for place in committed)
        alone, beside = _round(run, seconds)
        last = run.artifacts.committed(run.places.at("rounds", rounds - 1, "score"))
        return cls(
            run=run.places.name,
            rounds=rounds,
            first=sum(seconds.get(kind, 0.0) for kind in ("prepare", "warm start", "first policy", "plan")),
            plan=seconds.get("plan", 0.0),
            round=(alone - (beside if at_once(run) else 0.0)) / rounds,
            evaluation=seconds.get("evaluate", 0.0) / max(evaluations, 1),
            promote=seconds.get("promote", 0.0),
            tokens=run.artifacts.read(last, "state").counters.get("tokens", 0) / rounds,
            beside=beside / rounds,
        )


def at_once(run: Run) -> bool:
    """Whether a round's rollout goes on beside the update before it: by steps on a cluster, else where this machine has
    cores or cards for both."""
    if not run.recipe.staleness:
        return False
    return run.places.is_remote if run.recipe.granularity == "step" else cards_beside(run.recipe) is not None


def _round(run: Run, seconds: Mapping[str, float]) -> tuple[float, float]:
    """Seconds of all rounds, one step after the other, and what of them may go on beside the rest."""
    sampled, trained = (sum(seconds.get(kind, 0.0) for kind in kinds) for kinds in (SAMPLED, TRAINED))
    beside = min(sampled, trained) if run.recipe.staleness else 0.0
    return seconds.get("score", 0.0) + sampled + trained, beside


def find_pace(run: Run) -> Pace | None:
    """The run's own pace, else that of the run in the same store that is like it and went furthest; None where there
    is none. Two runs are alike where recipe and machine differ in nothing that a round's time depends on."""
    if own := _measured(run):
        return own
    found = [pace for other in _alike(run) if (pace := _measured(other))]
    return max(found, key=lambda pace: pace.rounds, default=None)


def _measured(run: Run) -> Pace | None:
    try:
        return Pace.of(run)
    except DamagedError:  # Whoever needs what is damaged says so.
        return None


def _alike(run: Run) -> Iterator[Run]:
    if run.places.is_remote:  # Listing a bucket's every run takes longer than it is worth.
        return
    here = _facts(Environment.found(run.recipe))
    for name in names_below(f"{run.places.root}/runs"):
        try:
            recipe = find(f"{run.places.root}/runs/{name}/recipe")
            other = Run.open(recipe.ref) if recipe else None
        except UserError:  # Of another version, or damaged: whoever needs that run says so.
            continue
        if other and _relevant(other.recipe) == _relevant(run.recipe):
            machines = read_environments(other.places)
            if machines and all(_facts(each) == here for each in machines):
                yield other


def _relevant(recipe: Recipe) -> dict[str, Any]:
    options = recipe.model_dump(mode="json", exclude=set(IRRELEVANT))
    return options | {"evaluation": options["evaluation"] | {"every": None}}


def _facts(machine: Environment) -> list[Any]:
    return [getattr(machine, name) for name in SAME]
