import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.running import RunningMeans, shrunk, smoothed

means = st.lists(st.floats(0, 1), min_size=2, max_size=6)


def running(*rounds: list[float], smoothing: float = 0.8) -> RunningMeans:
    """Of one task; a round without values is one without the task."""
    found = RunningMeans(smoothing, 1)
    for values in rounds:
        found.observe({0: np.array(values)} if len(values) else {})
    return found


def test_a_running_mean_starts_at_its_first_observation_and_rests_in_absence() -> None:
    assert running([0.0, 1.0]).mean[0] == running([0.0, 1.0], [], []).mean[0] == 0.5
    assert running([0.0, 1.0], [1.0]).mean[0] == pytest.approx(0.6)
    assert np.isnan(running([]).mean[0])
    assert smoothed(float("nan"), 0.5, 0.9) == 0.5


def test_the_effective_number_of_prompts_is_that_of_the_weights() -> None:
    weights = np.array([0.64, 0.16, 0.2])
    assert running([1.0] * 4).effective[0] == 4
    assert running([1.0] * 4, [0.0] * 8, [0.0] * 2).effective[0] == pytest.approx(
        1 / (weights**2 / np.array([4, 8, 2])).sum()
    )


def test_in_absence_what_is_known_grows_old() -> None:
    assert running([1.0] * 4, [], []).effective[0] == pytest.approx(4 * 0.8**2)
    assert running([0.0, 1.0], []).squared_errors(0.05)[0] > running([0.0, 1.0]).squared_errors(0.05)[0]


def test_the_error_is_that_of_a_sample_and_never_nothing() -> None:
    values = [0.1, 0.4, 0.4, 0.9]
    assert running(values).squared_errors(0.05)[0] == pytest.approx(np.var(values, ddof=1) / 4)
    assert running([1.0] * 10).squared_errors(0.05)[0] == pytest.approx(0.05**2 / 10)
    assert running([]).squared_errors(0.05)[0] == np.inf


def test_the_error_of_a_steady_mean_is_what_it_varies_by() -> None:
    random = np.random.default_rng(0)
    found = [running(*random.binomial(1, 0.3, (30, 8)).astype(float)) for _ in range(400)]
    assert np.var([one.mean[0] for one in found]) == pytest.approx(
        np.mean([one.squared_errors(0.05)[0] for one in found]), rel=0.2
    )


@given(means=means, errors=st.lists(st.floats(1e-6, 1), min_size=6, max_size=6))
def test_a_shrunk_mean_lies_between_its_own_and_that_of_all(means: list[float], errors: list[float]) -> None:
    own, squared = np.array(means), np.array(errors[: len(means)])
    values = shrunk(own, squared)
    low, high = np.minimum(own, own.mean()), np.maximum(own, own.mean())
    assert ((values >= low - 1e-12) & (values <= high + 1e-12)).all()


@given(means=means)
def test_what_is_known_exactly_is_not_shrunk_and_what_differs_by_error_alone_is_one(means: list[float]) -> None:
    own = np.array(means)
    assert shrunk(own, np.zeros(len(own))) == pytest.approx(own)
    assert shrunk(own, np.full(len(own), 1.0)) == pytest.approx(own.mean())


def test_the_less_sure_is_drawn_further() -> None:
    values = shrunk(np.array([0.9, 0.9, 0.1]), np.array([0.001, 0.1, 0.001]))
    assert values[1] < values[0]


def test_weights_are_those_of_the_formula() -> None:
    own, squared = np.array([0.2, 0.8]), np.array([0.01, 0.03])
    between = 0.18 - 0.02
    weights = between / (between + squared)
    assert shrunk(own, squared) == pytest.approx(0.5 + weights * (own - 0.5))


def test_a_task_alone_is_itself_and_one_without_a_mean_is_like_the_others() -> None:
    assert shrunk(np.array([0.3]), np.array([9.0])).tolist() == [0.3]
    assert shrunk(np.array([0.2, np.nan]), np.array([9.0, np.inf])).tolist() == [0.2, 0.2]
    assert np.isnan(shrunk(np.full(2, np.nan), np.full(2, np.inf))).all()


def test_a_state_goes_through_json() -> None:
    one = RunningMeans(0.8, 2)
    one.observe({0: np.array([0.1, 0.7])})
    again = RunningMeans(0.8, 2)
    again.load_state_dict(json.loads(json.dumps(one.state_dict(), allow_nan=False)))
    assert again.state_dict() == one.state_dict()
