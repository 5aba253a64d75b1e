import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.calibration import Calibration, CalibrationOptions, target_multipliers
from astor.coordination.quotas import softmax

shares = st.lists(st.floats(-3, 3), min_size=1, max_size=8).map(lambda logits: softmax(np.array(logits), 1.0))


@given(shares=shares, direction=st.sampled_from(["inverse", "direct", "off"]))
def test_multipliers_are_bounded_and_go_one_way_with_the_share(shares: np.ndarray, direction: str) -> None:
    multipliers = target_multipliers(shares, CalibrationOptions(direction=direction))
    assert ((multipliers >= 0.25) & (multipliers <= 4)).all()
    steps = np.diff(multipliers[np.argsort(shares)])
    assert (steps <= 1e-12).all() or direction == "direct"
    assert (steps >= -1e-12).all() or direction == "inverse"


@pytest.mark.parametrize("direction", ["inverse", "direct", "off"])
def test_equal_shares_leave_every_coefficient_as_it_is(direction: str) -> None:
    assert target_multipliers(np.full(4, 0.25), CalibrationOptions(direction=direction)) == pytest.approx(1)


def test_a_task_of_four_times_its_equal_share_is_held_half_as_tightly() -> None:
    few = np.array([0.4, *[0.6 / 9] * 9])
    assert target_multipliers(few, CalibrationOptions())[0] == pytest.approx(0.5)
    assert target_multipliers(few, CalibrationOptions(direction="direct"))[0] == pytest.approx(2)


def test_a_share_of_nothing_takes_a_bound_and_is_never_nan() -> None:
    assert target_multipliers(np.array([1.0, 0.0]), CalibrationOptions())[1] == 4
    assert target_multipliers(np.array([1.0, 0.0]), CalibrationOptions(direction="direct"))[1] == 0.25


def test_multipliers_move_by_a_quarter_a_round_at_most_and_get_there() -> None:
    calibration = Calibration(CalibrationOptions(), 2)
    wanted = np.array([0.98, 0.02])
    assert calibration.advance(wanted).tolist() == pytest.approx([1 / 1.25, 1.25])
    for _ in range(10):
        calibration.advance(wanted)
    assert calibration.multipliers == pytest.approx(target_multipliers(wanted, CalibrationOptions()))


def test_a_state_continues() -> None:
    calibration, again = Calibration(CalibrationOptions(), 2), Calibration(CalibrationOptions(), 2)
    calibration.advance(np.array([0.9, 0.1]))
    again.load_state_dict(calibration.state_dict())
    assert again.multipliers.tolist() == calibration.multipliers.tolist()
