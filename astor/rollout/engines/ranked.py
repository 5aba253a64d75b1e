"""Sampling with transformers in every rank, each with its share of the requests."""

from collections.abc import Mapping, Sequence

from astor.policies.live import find_weights
from astor.policies.ranks import Ranks, World
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.transformers import TransformersEngine
from astor.rollout.options import TransformersEngineOptions
from astor.storage import PolicyRef

ENGINE = "rollout engine"
"""Where a rank keeps its engine."""


class RankedEngine:
    """An engine in every rank. Requests of like lengths go to different ranks, so that all end at about one time."""

    def __init__(self, ranks: Ranks, options: TransformersEngineOptions) -> None:
        self._ranks, self._options = ranks, options

    @property
    def metrics(self) -> Mapping[str, float]:
        """What the engine of rank 0 did."""
        engine: TransformersEngine | None = self._ranks.world.memory.get(ENGINE)
        return engine.metrics if engine else {}

    def generate(self, policy: PolicyRef, requests: Sequence[Request]) -> list[Sample]:
        order = sorted(range(len(requests)), key=lambda place: len(requests[place].prompt_tokens))
        asked = [requests[place] for place in order]
        samples: dict[int, list[Sample]] = {}
        for rank, answered in enumerate(self._ranks.call(_generate, self._options, policy, asked)):
            samples |= dict(zip(order[rank :: self._ranks.size], answered, strict=True))
        return [sample for place in range(len(requests)) for sample in samples[place]]


def _generate(
    world: World, options: TransformersEngineOptions, policy: PolicyRef, requests: Sequence[Request]
) -> list[list[Sample]]:
    """Samples of each request of the rank's share."""
    engine: TransformersEngine = world.memory.setdefault(ENGINE, TransformersEngine(options))
    share = world.share(requests)
    samples = iter(engine.generate(find_weights(world, policy), share))
    return [[next(samples) for _ in range(request.rollouts)] for request in share]
