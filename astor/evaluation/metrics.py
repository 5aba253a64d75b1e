"""What is measured of samples that passed, as pass@k, and over all answers at once."""

import math
from collections.abc import Callable, Mapping, Sequence

from astor.tasks.overlap import corpus_bleu

CORPUS: Mapping[str, Callable[[Sequence[int]], float]] = {"corpus_bleu": corpus_bleu}
"""Metrics of all answers together, in [0, 1], each of the sums of the verdicts' counts."""


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """Chance that k of the samples, drawn without replacement, hold one that passed.

    The unbiased estimator 1 - C(n - c, k) / C(n, k) of Chen et al. 2021 ("Evaluating Large Language Models Trained on
    Code", section 2.1). 0 <= passed <= samples, 1 <= k <= samples; the result is in [0, 1].
    """
    assert 0 <= passed <= samples, f"{passed} of {samples} samples passed"
    assert 1 <= k <= samples, f"pass@{k} of {samples} samples"
    return 1.0 - math.comb(samples - passed, k) / math.comb(samples, k)
