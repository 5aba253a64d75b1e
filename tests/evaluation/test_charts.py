"""What the pictures are computed from."""

import numpy as np
import pytest

from astor.evaluation.charts import moving_mean, percent, smoothing_window


def test_a_moving_mean_stays_in_place_at_the_ends():
    assert moving_mean(np.array([0.0, 3.0, 6.0, 9.0]), 3) == pytest.approx([1.5, 3.0, 6.0, 7.5])


def test_gaps_are_bridged_within_the_window_only():
    values = np.array([1.0, np.nan, 3.0, np.nan, np.nan, np.nan])
    assert moving_mean(values, 3)[:4] == pytest.approx([1.0, 2.0, 3.0, 3.0])
    assert np.isnan(moving_mean(values, 3)[4:]).all()


def test_few_rounds_are_shown_as_they_are():
    assert [smoothing_window(rounds) for rounds in (1, 19, 20, 120)] == [1, 1, 3, 13]


def test_small_shares_are_not_shown_as_none():
    assert [percent(share) for share in (0, 0.001, 0.2, 1)] == ["0 %", "< 1 %", "20 %", "100 %"]
