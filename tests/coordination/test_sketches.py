import json

import numpy as np
import pytest

from astor.coordination.sketches import RunningSketches, noise_factors, reliability
from tests.coordination.sketched import report_of, sketched, unit

UNKNOWN = np.array([np.nan])


def of_one(noise: float, rounds: int, groups: int) -> RunningSketches:
    return sketched({"a": unit(np.random.default_rng(1))}, noise, rounds, groups)


def test_halves_enter_as_they_are_so_that_a_round_without_signal_counts_as_nothing() -> None:
    sketches = RunningSketches(0.9, ["a"])
    one, none = np.array([1.0, 2.0]), np.zeros(2)
    sketches.observe(report_of({"a": (4 * one, one)}))
    assert sketches.gradients()["a"].tolist() == [5, 10], "it starts at its first observation"
    sketches.observe(report_of({"a": (none, none)}, groups=0))
    assert sketches.gradients()["a"] == pytest.approx([4.5 / 1.9, 9 / 1.9])
    sketches.observe(report_of())
    assert sketches.gradients()["a"] == pytest.approx([4.5 / 1.9, 9 / 1.9]), "an absent task keeps its mean"


def test_a_running_sketch_holds_so_many_groups_as_its_weights_say() -> None:
    assert of_one(1.0, rounds=1, groups=12).groups[0] == 12
    assert of_one(1.0, rounds=3, groups=12).groups[0] > 35
    assert of_one(1.0, rounds=100, groups=12).groups[0] == pytest.approx(12 * 1.9 / 0.1, rel=1e-3)
    assert RunningSketches(0.9, ["a"]).groups[0] == 0


def test_halves_that_disagree_are_not_reliable() -> None:
    assert reliability(np.array([[1, 0], [-1, 0]], np.float32)) == 0
    assert reliability(np.array([[1, 0], [0, 1]], np.float32)) == 0
    assert reliability(np.array([[1, 0], [2, 0]], np.float32)) == pytest.approx(1)


def test_averaging_makes_reliable_what_a_single_sketch_is_not() -> None:
    assert of_one(1.5, rounds=1, groups=16).reliabilities()[0] < 0.25
    assert of_one(1.5, rounds=60, groups=16).reliabilities()[0] > 0.6
    assert RunningSketches(0.9, ["a"]).reliabilities().tolist() == [0]


def test_noise_counts_for_nothing_until_enough_groups_are_held() -> None:
    noise = sketched({"a": np.zeros(4096)}, noise=1.0, rounds=5, groups=16)
    assert noise.groups[0] < 200
    assert np.isnan(noise_factors(noise, UNKNOWN)).all()


def test_a_gradient_of_noise_leaves_a_tenth_and_a_sure_one_all() -> None:
    assert noise_factors(sketched({"a": np.zeros(4096)}, 1.0, rounds=40), UNKNOWN).tolist() == [0.1]
    assert noise_factors(of_one(0.1, rounds=40, groups=16), UNKNOWN).tolist() == [1]


def test_a_task_with_few_groups_is_not_noise_for_that() -> None:
    """Noise per group is the same: with a quarter of the groups, a half is twice as noisy."""
    many, few = (of_one(4.0 * scale, rounds=150, groups=groups) for scale, groups in ((1, 16), (2, 4)))
    assert few.reliabilities()[0] < 0.7 * many.reliabilities()[0]
    factors = [noise_factors(sketches, np.array([0.5]))[0] for sketches in (many, few)]
    assert factors[1] == pytest.approx(factors[0], abs=0.15)
    assert factors[0] < 1


def test_a_task_that_falls_silent_keeps_what_was_known_of_it() -> None:
    sketches, noise = of_one(0.1, rounds=40, groups=16), np.random.default_rng(0)
    known = noise_factors(sketches, UNKNOWN)
    for _ in range(60):
        sketches.observe(report_of({"a": (0.1 * unit(noise), 0.1 * unit(noise))}, groups=1))
        known = noise_factors(sketches, known)
    assert sketches.reliabilities()[0] < 0.1
    assert known.tolist() == [1]


def test_a_state_goes_through_json_bit_for_bit() -> None:
    sketches, again = of_one(1.0, rounds=3, groups=7), RunningSketches(0.9, ["a"])
    again.load_state_dict(json.loads(json.dumps(sketches.state_dict())))
    assert again.state_dict() == sketches.state_dict()
    assert np.array_equal(again.gradients()["a"], sketches.gradients()["a"])
    assert again.groups[0] == sketches.groups[0]
