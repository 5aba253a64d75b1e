"""Non-inferior, worse, or undecided; and how many prompts would decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.evaluation.noninferiority import assumed_deviation, compare, prompts_needed


def shifted(change: float, spread: float, prompts: int = 40) -> tuple[list[float], list[float]]:
    noise = np.resize([-spread, spread], prompts)
    return [0.5] * prompts, (0.5 + change + noise).tolist()


@pytest.mark.parametrize(
    ("change", "spread", "verdict"),
    [
        (0.0, 0.05, "non-inferior"),
        (-0.05, 0.0, "undecided"),
        (-0.04, 0.02, "non-inferior"),
        (-0.04, 0.3, "undecided"),
        (0.0, 0.3, "undecided"),
        (-0.08, 0.3, "undecided"),
        (-0.08, 0.05, "worse"),
    ],
)
def test_the_interval_decides_and_not_the_estimate(change: float, spread: float, verdict: str) -> None:
    compared = compare("score", *shifted(change, spread), margin=0.05)
    assert compared.verdict == verdict
    assert (compared.prompts_needed is not None) == (verdict == "undecided")


def test_prompts_that_are_all_alike_are_no_proof_while_they_are_few() -> None:
    """A task that neither policy solves once."""
    few = compare("score", [0.0] * 58, [0.0] * 58, 0.05)
    assert (few.verdict, few.deviation, few.prompts_needed) == ("undecided", 0, 59)
    assert compare("score", [0.0] * 59, [0.0] * 59, 0.05).verdict == "non-inferior"


def test_one_prompt_decides_nothing() -> None:
    assert compare("score", [0.0], [1.0], 0.05).verdict == "undecided"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30), st.floats(0.001, 0.5))
def test_the_words_exclude_each_other_and_a_larger_margin_never_makes_worse(pairs, margin) -> None:
    before, after = zip(*pairs, strict=True)
    verdicts = [compare("score", before, after, m).verdict for m in (margin, 2 * margin)]
    order = ["worse", "undecided", "non-inferior"]
    assert order.index(verdicts[0]) <= order.index(verdicts[1])


def test_as_many_prompts_as_are_needed_show_it_in_four_of_five_cases() -> None:
    deviation = assumed_deviation(4)
    needed = prompts_needed(deviation, 0.05)
    random = np.random.default_rng(0)
    answers = (random.random((2, 1000, 4, needed)) < 0.5).mean(axis=2)
    shown = [compare("score", *pair, 0.05).verdict == "non-inferior" for pair in zip(*answers, strict=True)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.04)
