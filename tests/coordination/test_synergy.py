import numpy as np
import pytest

from astor.coordination.sketches import RunningSketches
from astor.coordination.synergy import SynergyOptions, cosines, synergies
from tests.coordination.sketched import directions, report_of, sketched

TRUSTED = SynergyOptions().least_reliability


@pytest.mark.parametrize("cosine", [-0.8, 0.0, 0.6])
@pytest.mark.parametrize("noise", [0.05, 1.0])
def test_the_corrected_cosine_finds_the_true_one_through_noise(cosine: float, noise: float) -> None:
    a, b = directions(cosine, np.random.default_rng(0))
    found = cosines(sketched({"a": a, "b": b}, noise, rounds=40), TRUSTED)
    assert found[0, 1] == pytest.approx(cosine, abs=0.15)
    assert synergies(found, np.array([0.3, 0.7])) == pytest.approx(found[0, 1])


def test_a_cosine_is_divided_by_the_root_of_both_reliabilities() -> None:
    way, one, other = np.eye(3)
    sketches = RunningSketches(0.9, ("a", "b"))
    sketches.observe(report_of({"a": (way + one, way + other), "b": (way, way)}))
    assert sketches.reliabilities() == pytest.approx([2 / 3, 1])
    assert cosines(sketches, TRUSTED)[0, 1] == pytest.approx(1), "2 over the root of 6, over that of 2 / 3"


def test_the_length_of_a_gradient_is_no_part_of_its_direction() -> None:
    a, b = directions(0.6, np.random.default_rng(0))
    assert cosines(sketched({"a": a, "b": 1e-3 * b}, 0.0), TRUSTED)[0, 1] == pytest.approx(0.6)


def test_below_a_reliability_of_a_half_synergy_is_unknown_and_counts_as_nothing() -> None:
    a, b = directions(0.9, np.random.default_rng(0))
    early, late = (sketched({"a": a, "b": b}, noise=1.5, rounds=rounds) for rounds in (1, 60))
    assert early.reliabilities().max() < 0.5 < late.reliabilities().min()
    assert synergies(cosines(early, TRUSTED), np.array([0.5, 0.5])).tolist() == [0, 0]
    assert cosines(late, TRUSTED)[0, 1] > 0.6


def test_zeros_and_a_task_alone_are_neutral() -> None:
    sketches = RunningSketches(0.9, ("a",))
    sketches.observe(report_of({"a": (np.zeros(2), np.zeros(2))}, groups=0))
    assert synergies(cosines(sketches, TRUSTED), np.array([1.0])).tolist() == [0]


def test_synergy_is_weighted_by_the_others_shares() -> None:
    same, opposite = np.array([1.0, 0.0]), np.array([-1.0, 0.0])
    sketches = RunningSketches(0.9, ("a", "b", "c"))
    sketches.observe(report_of({"a": (same, same), "b": (same, same), "c": (opposite, opposite)}))
    values = synergies(cosines(sketches, TRUSTED), np.array([0.5, 0.3, 0.2]))
    assert values[0] == pytest.approx((0.3 - 0.2) / 0.5)
