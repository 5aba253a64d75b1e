"""What is measured per prompt: shares of samples that passed, and pass@k."""

import math


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """Chance that k of the samples, drawn without replacement, hold one that passed.

    The unbiased estimator 1 - C(n - c, k) / C(n, k) of Chen et al. 2021 ("Evaluating Large Language Models Trained on
    Code", section 2.1). 0 <= passed <= samples, 1 <= k <= samples; the result is in [0, 1].
    """
    assert 0 <= passed <= samples, f"{passed} of {samples} samples passed"
    assert 1 <= k <= samples, f"pass@{k} of {samples} samples"
    return 1.0 - math.comb(samples - passed, k) / math.comb(samples, k)
