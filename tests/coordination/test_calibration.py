import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.coordination.calibration import (
    Calibration,
    CalibrationOptions,
    KLTarget,
    Multiplier,
    make_calibration,
    wanted_multipliers,
)
from astor.coordination.quotas import softmax

shares = st.lists(st.floats(-3, 3), min_size=1, max_size=8).map(lambda logits: softmax(np.array(logits), 1.0))
kls = st.lists(st.just(np.nan) | st.floats(0, 2), min_size=2, max_size=2).map(np.array)
EVEN = np.full(2, 0.5)
UNMEASURED = np.full(2, np.nan)


def target(**options: float) -> KLTarget:
    return KLTarget(CalibrationOptions(by="target", **({"kappa": 0.1} | options)), 2)


def steer(calibration: Calibration, kl: list[float], rounds: int = 1, shares: np.ndarray = EVEN) -> list[float]:
    """Multipliers after some rounds in which the tasks' KL stays."""
    for _ in range(rounds):
        calibration.advance(shares, shares, np.array(kl), warming_up=False)
    return calibration.multipliers.tolist()


@given(shares=shares, by=st.sampled_from(["multiplier", "off"]), direction=st.sampled_from(["inverse", "direct"]))
def test_multipliers_are_bounded_and_go_one_way_with_the_share(shares: np.ndarray, by: str, direction: str) -> None:
    multipliers = wanted_multipliers(shares, CalibrationOptions(by=by, direction=direction))
    assert ((multipliers >= 0.25) & (multipliers <= 4)).all()
    steps = np.diff(multipliers[np.argsort(shares)])
    assert (steps <= 1e-12).all() or direction == "direct"
    assert (steps >= -1e-12).all() or direction == "inverse"
    assert by == "multiplier" or (multipliers == 1).all()


@pytest.mark.parametrize("direction", ["inverse", "direct"])
def test_equal_shares_leave_every_coefficient_as_it_is(direction: str) -> None:
    assert wanted_multipliers(np.full(4, 0.25), CalibrationOptions(direction=direction)) == pytest.approx(1)


def test_a_task_of_four_times_its_equal_share_is_held_half_as_tightly() -> None:
    few = np.array([0.4, *[0.6 / 9] * 9])
    assert wanted_multipliers(few, CalibrationOptions())[0] == pytest.approx(0.5)
    assert wanted_multipliers(few, CalibrationOptions(direction="direct"))[0] == pytest.approx(2)


def test_a_share_of_nothing_takes_a_bound_and_is_never_nan() -> None:
    assert wanted_multipliers(np.array([1.0, 0.0]), CalibrationOptions())[1] == 4
    assert wanted_multipliers(np.array([1.0, 0.0]), CalibrationOptions(direction="direct"))[1] == 0.25


def test_multipliers_move_by_a_quarter_a_round_at_most_and_get_there() -> None:
    calibration, wanted = Multiplier(CalibrationOptions(), 2), np.array([0.98, 0.02])
    calibration.advance(wanted, EVEN, UNMEASURED, warming_up=True)
    assert calibration.multipliers.tolist() == [1, 1]
    assert steer(calibration, [np.nan, np.nan], shares=wanted) == pytest.approx([1 / 1.25, 1.25])
    assert steer(calibration, [np.nan, np.nan], 10, wanted) == pytest.approx(
        wanted_multipliers(wanted, CalibrationOptions()).tolist()
    )


def test_the_multiplier_is_the_default() -> None:
    assert isinstance(make_calibration(CalibrationOptions(), 2), Multiplier)
    assert isinstance(make_calibration(CalibrationOptions(by="target", kappa=0.1), 2), KLTarget)


def test_a_target_needs_its_kl() -> None:
    with pytest.raises(ValidationError, match="needs kappa"):
        CalibrationOptions(by="target")


def test_the_target_of_a_task_grows_with_the_root_of_its_share() -> None:
    assert target().targets(EVEN) == pytest.approx([0.1, 0.1])
    assert target().targets(np.array([0.8, 0.2])) == pytest.approx([0.1 * 1.6**0.5, 0.1 * 0.4**0.5])


def test_a_task_above_its_target_is_held_tighter_and_one_below_looser() -> None:
    assert steer(target(), [0.15, 0.08]) == pytest.approx([np.exp(0.05), np.exp(-0.02)])
    assert steer(target(), [9.0, 0.1]) == pytest.approx([np.exp(0.1), 1]), "a step is a tenth at most"


def test_a_run_starts_at_no_kl_and_does_not_wind_down() -> None:
    calibration = target()
    assert steer(calibration, [0.0, 0.0], 50) == [0.5, 0.5]
    assert steer(calibration, [0.06, 0.05]) == pytest.approx([0.5 * np.exp(-0.04), 0.5]), "only above half the target"
    assert steer(calibration, [0.0, 0.0], 50) == [1 / 16, 0.5]


def test_in_the_warm_up_nothing_moves_but_a_kl_is_seen() -> None:
    calibration = target()
    calibration.advance(EVEN, EVEN, np.array([0.3, 0.0]), warming_up=True)
    assert calibration.multipliers.tolist() == [1, 1]
    assert steer(calibration, [0.0, 0.0], 50) == [1 / 16, 0.5]


@given(st.lists(kls, max_size=60))
def test_coefficients_stay_within_a_factor_of_sixteen_and_rest_without_a_measurement(
    measured: list[np.ndarray],
) -> None:
    calibration = target(step=0.9)
    for kl in measured:
        before = calibration.multipliers
        calibration.advance(EVEN, EVEN, kl, warming_up=False)
        assert ((calibration.multipliers >= 1 / 16) & (calibration.multipliers <= 16)).all()
        assert (calibration.multipliers[np.isnan(kl)] == before[np.isnan(kl)]).all()


@pytest.mark.parametrize("by", ["multiplier", "target"])
def test_a_state_continues(by: str) -> None:
    options = CalibrationOptions(by=by, kappa=0.1)
    calibration, again = make_calibration(options, 2), make_calibration(options, 2)
    steer(calibration, [0.07, 0.2], 3, np.array([0.9, 0.1]))
    again.load_state_dict(json.loads(json.dumps(calibration.state_dict())))
    assert again.state_dict() == calibration.state_dict()
    assert steer(again, [0.0, 0.2], 20) == steer(calibration, [0.0, 0.2], 20)
