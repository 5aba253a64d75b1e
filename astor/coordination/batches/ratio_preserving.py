"""The ratio-preserving sampler of MT-GRPO (2602.05547, algorithm 2): quotas count the groups that are accepted."""

import numpy as np

from astor.coordination.batches.batches import Batches, Random, chosen
from astor.coordination.quotas import Counts, Floats


class RatioPreserving(Batches):
    """Draws tasks that are short of their target again, and keeps no more than it of the others.

    Further draws go by deficits times inflation, as in the paper's algorithm; its code leaves the inflation out.
    """

    def _targets(self, quotas: Counts, capacities: Counts, random: Random) -> Counts:
        """n ~ Multinomial(B, z), where a task has so many prompts; else it takes what it has."""
        drawn: Counts = np.minimum(random.multinomial(int(quotas.sum()), self.shares), capacities)
        return drawn

    def _first(self, capacities: Counts, random: Random) -> Counts:
        return self._draw(self.shares, capacities, random)

    def _further(self, passed: Counts, left: Counts, random: Random) -> Counts | None:
        deficits = np.maximum(self.targets - passed, 0)
        return self._draw(deficits.astype(np.float64), left, random) if deficits.any() else None

    def _draw(self, weights: Floats, left: Counts, random: Random) -> Counts:
        """A multinomial of `pool` prompts, cut off at what is left of each task."""
        drawn: Counts = np.minimum(random.multinomial(self.pool, self.acceptance.inflated(weights)), left)
        return drawn

    def _accept(self, passed: list[list[str]], random: Random) -> set[str]:
        every = {prompt_id for ids in passed for prompt_id in ids}
        if len(every) <= self.size:
            return every
        kept = set[str]()
        for ids, target in zip(passed, self.targets.tolist(), strict=True):
            kept |= chosen(ids, target, random)
        left_over = [prompt_id for ids in passed for prompt_id in ids if prompt_id not in kept]
        return kept | chosen(left_over, self.size - len(kept), random)
