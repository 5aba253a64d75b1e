import pytest

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.potential import Potential, PotentialOptions, slope, smoothed
from astor.errors import UserError

MEASURES = ["variance", "std", "acceptance", "progress", "off"]


def round_of(number: int, **scores: list[list[float]]) -> RoundObservation:
    """A round in which each task's prompts scored as given."""
    tasks = {
        task: TaskObservation(
            tuple(
                PromptObservation(f"{task}{i}", tuple(group), tuple(group), (0.0,) * len(group), len(set(group)) > 1)
                for i, group in enumerate(groups)
            )
        )
        for task, groups in scores.items()
    }
    return RoundObservation(number, tasks)


def observed(rounds: list[RoundObservation], declared: float | None = 0.25, **options: object) -> Potential:
    potential = Potential(PotentialOptions(**options), ("a", "b"), (declared, declared))
    for observation in rounds:
        potential.observe(observation, warming_up=observation.round < 3)
    return potential


@pytest.mark.parametrize(
    ("measure", "expected"), [("variance", 0.375), ("std", 0.4330), ("acceptance", 0.5), ("off", 1.0)]
)
def test_half_of_the_groups_with_a_quarter_right(measure: str, expected: float) -> None:
    rounds = [round_of(0, a=[[1, 0, 0, 0], [0, 0, 0, 0]])]
    assert observed(rounds, measure=measure).values[0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("measure", ["variance", "std", "acceptance", "progress"])
def test_a_hopeless_and_a_saturated_task_go_to_zero_and_stay_there(measure: str) -> None:
    living = [[[1, 0, 1, 0]]] * 10
    rising = [[[1, 1, 0, 0]], [[1, 1, 1, 0]]] * 30
    rounds = [round_of(i, a=a, b=rising[i]) for i, a in enumerate(living + [[[1, 1, 1, 1]]] * 50)]
    values = observed(rounds, measure=measure, window=4).values
    assert values[0] < 0.01
    assert values[1] > 0.3


def test_a_running_mean_starts_at_its_first_observation_and_rests_in_absence() -> None:
    once = observed([round_of(0, a=[[1, 0]])])
    rested = observed([round_of(0, a=[[1, 0]]), round_of(1, b=[[1, 0]]), round_of(2, b=[[1, 0]])])
    assert once.values[0] == rested.values[0] == 1
    assert once.values[1] != once.values[1], "a task that was never observed has no potential yet"
    assert smoothed(float("nan"), 0.5, 0.9) == 0.5


def test_the_scale_of_a_graded_task_is_measured_in_the_warm_up_and_then_frozen() -> None:
    warm = [round_of(i, a=[[0.2, 0.4], [0.5, 0.5]]) for i in range(3)]
    potential = observed(warm, declared=None)
    assert potential.scales[0] == pytest.approx(0.01), "of groups with variance alone"
    assert potential.values[0] == pytest.approx(0.5)
    potential.observe(round_of(3, a=[[0.0, 1.0]]), warming_up=False)
    assert potential.scales[0] == pytest.approx(0.01)


def test_the_scale_is_floored_declared_or_that_of_a_coin() -> None:
    still = [round_of(i, a=[[0.50, 0.51]], b=[[0.3, 0.3]]) for i in range(5)]
    assert observed(still, declared=None).scales.tolist() == [0.0025, 0.25]
    assert observed(still, declared=0.04).scales.tolist() == [0.04, 0.04]
    assert observed(still, declared=None, scale="declared").scales.tolist() == [0.25, 0.25]


def test_a_task_without_variance_in_the_warm_up_is_scaled_by_its_first_that_comes() -> None:
    potential = observed([round_of(i, a=[[0.3, 0.3]]) for i in range(5)], declared=None)
    potential.observe(round_of(5, a=[[0.2, 0.4]]), warming_up=False)
    assert potential.scales[0] == pytest.approx(0.01)


def test_progress_is_neutral_until_a_task_has_a_slope() -> None:
    assert observed([round_of(0, a=[[0, 1]], b=[[1, 1]])], measure="progress").values.tolist() == [1, 1]
    assert slope([]) == slope([3.0]) == 0
    assert slope([1.0, 3.0, 5.0]) == 2


@pytest.mark.parametrize("measure", MEASURES)
def test_a_state_continues_as_if_nothing_had_happened(measure: str) -> None:
    rounds = [round_of(i, a=[[0.1 * i, 0.3]], b=[[0.2, 0.05 * i]]) for i in range(8)]
    whole = observed(rounds, declared=None, measure=measure)
    first = observed(rounds[:4], declared=None, measure=measure)
    second = observed([], declared=None, measure=measure)
    second.load_state_dict(first.state_dict())
    for observation in rounds[4:]:
        second.observe(observation, warming_up=False)
    assert second.state_dict() == whole.state_dict()


def test_a_state_of_other_keys_is_refused() -> None:
    with pytest.raises(UserError, match=r"missing \['mean'\], unknown \['median'\]"):
        observed([]).load_state_dict({"median": [], "pooled": [], "groups": [], "scores": []})
