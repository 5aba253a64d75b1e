import pytest

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.potential import Potential, PotentialOptions, slope
from astor.errors import UserError

MEASURES = ["spread", "acceptance", "variance", "progress", "off"]


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


def observed(rounds: list[RoundObservation], graded: bool = False, **options: object) -> Potential:
    potential = Potential(PotentialOptions(**options), ("a", "b"), (graded, graded))
    for observation in rounds:
        potential.observe(observation)
    return potential


@pytest.mark.parametrize(
    ("measure", "expected"), [("spread", 0.4330), ("variance", 0.375), ("acceptance", 0.5), ("off", 1.0)]
)
def test_half_of_the_groups_with_a_quarter_right(measure: str, expected: float) -> None:
    rounds = [round_of(0, a=[[1, 0, 0, 0], [0, 0, 0, 0]])]
    assert observed(rounds, measure=measure).values[0] == pytest.approx(expected, abs=1e-3)


def test_spread_is_the_default() -> None:
    rounds = [round_of(0, a=[[1, 0, 0, 0], [0, 0, 0, 0]])]
    assert observed(rounds).values[0] == observed(rounds, measure="spread").values[0]


@pytest.mark.parametrize("measure", ["spread", "variance", "acceptance", "progress"])
def test_a_hopeless_and_a_saturated_task_go_to_zero_and_stay_there(measure: str) -> None:
    living = [[[1, 0, 1, 0]]] * 10
    rising = [[[1, 1, 0, 0]], [[1, 1, 1, 0]]] * 30
    rounds = [round_of(i, a=a, b=rising[i]) for i, a in enumerate(living + [[[1, 1, 1, 1]]] * 50)]
    values = observed(rounds, measure=measure, window=4).values
    assert values[0] < 0.02
    assert values[1] > 0.3


def test_equal_scores_are_one_currency_whatever_a_task_is_called() -> None:
    rounds = [round_of(i, a=[[1, 0, 1, 0], [1, 1, 1, 1]] * 4) for i in range(5)]
    assert observed(rounds, graded=True).values[0] == observed(rounds, graded=False).values[0] == pytest.approx(0.5)


def test_acceptance_of_graded_scores_starts_above_the_noise_floor() -> None:
    rounds = [round_of(0, a=[[0.50, 0.53], [0.5, 0.6]])]
    assert observed(rounds, graded=True, measure="acceptance").values[0] == 0.5
    assert observed(rounds, graded=False, measure="acceptance").values[0] == 1
    assert observed(rounds, graded=True, measure="acceptance", noise_floor=0.01).values[0] == 1


def test_a_group_of_equal_scores_has_no_spread_whatever_they_are() -> None:
    assert observed([round_of(0, a=[[0.1] * 3, [0.3] * 7])], measure="acceptance").values[0] == 0


def test_a_few_lucky_groups_make_less_of_a_potential_than_many() -> None:
    common = {"b": [[0, 0, 0, 0]] * 40}
    few, many = (
        observed([round_of(0, a=[[1, 0, 1, 0]] * 2, **common)]),
        observed([round_of(0, a=[[1, 0, 1, 0]] * 40, **common)]),
    )
    assert few.values[0] < many.values[0] < 1


def test_a_task_that_was_never_observed_is_like_the_others() -> None:
    assert observed([round_of(0, a=[[1, 0]])]).values.tolist() == [1, 1]
    assert observed([]).values[0] != observed([]).values[0], "nothing is known before the first round"


def test_progress_is_neutral_until_a_task_has_a_slope() -> None:
    assert observed([round_of(0, a=[[0, 1]], b=[[1, 1]])], measure="progress").values.tolist() == [1, 1]
    assert slope([]) == slope([3.0]) == 0
    assert slope([1.0, 3.0, 5.0]) == 2


@pytest.mark.parametrize("measure", MEASURES)
def test_a_state_continues_as_if_nothing_had_happened(measure: str) -> None:
    rounds = [round_of(i, a=[[0.1 * i, 0.3]], b=[[0.2, 0.05 * i]]) for i in range(8)]
    whole = observed(rounds, measure=measure)
    first = observed(rounds[:4], measure=measure)
    second = observed([], measure=measure)
    second.load_state_dict(first.state_dict())
    for observation in rounds[4:]:
        second.observe(observation)
    assert second.state_dict() == whole.state_dict()


def test_a_state_of_other_keys_is_refused() -> None:
    with pytest.raises(UserError, match=r"missing \['running'\], unknown \['median'\]"):
        observed([]).load_state_dict({"median": [], "scores": []})
