"""pass@k against its definition."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.evaluation.metrics import pass_at_k


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_it_is_the_share_of_draws_that_hold_a_passing_sample(case):
    samples, passed, k = case
    draws = list(combinations([True] * passed + [False] * (samples - passed), k))
    assert pass_at_k(samples, passed, k) == pytest.approx(sum(any(draw) for draw in draws) / len(draws))


def test_one_draw_gives_the_share_that_passed():
    assert pass_at_k(8, 2, 1) == 0.25


def test_more_draws_than_samples_are_refused():
    with pytest.raises(AssertionError, match="pass@5 of 4"):
        pass_at_k(4, 1, 5)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_it_is_the_published_estimator(case):
    """Chen and others' numerically stable product, as HumanEval's harness computes it."""
    samples, passed, k = case
    published = 1.0
    if samples - passed >= k:
        published = 1.0 - np.prod(1.0 - k / np.arange(samples - passed + 1, samples + 1))
    assert pass_at_k(samples, passed, k) == pytest.approx(published)
