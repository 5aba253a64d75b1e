import json

import numpy as np
import pytest

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.utility import Utility, UtilityOptions
from tests.coordination.sketched import directions, halves_of, report_of

RATES = {"a": 0.5, "b": 0.1, "c": 0.9}


def observed(keys: tuple[str, ...] = ("a", "b", "c"), rounds: int = 25, **options: object) -> Utility:
    """After rounds of coins, in which a and b pull together and c's gradient is noise."""
    utility = Utility(UtilityOptions.model_validate(options), keys, [False] * len(keys))
    a, b = directions(0.8, np.random.default_rng(0))
    for round in range(rounds):
        tasks, halves = {}, {}
        for number, (task, gradient) in enumerate({"a": a, "b": b, "c": 0 * a}.items()):
            random = np.random.default_rng((round, number))
            groups = (random.random((12, 8)) < RATES[task]).astype(float).tolist()
            tasks[task] = TaskObservation(
                tuple(PromptObservation(f"{i}", tuple(g), (), (), len(set(g)) > 1, 80) for i, g in enumerate(groups))
            )
            halves[task] = halves_of(gradient, 0.3, random)
        preconditioned = utility.options.sketch == "adam"
        report = report_of(halves, preconditioned=preconditioned)
        utility.observe(RoundObservation(round, tasks, report), np.full(len(keys), 1 / len(keys)))
    return utility


def test_it_is_potential_by_noise_raised_by_synergy() -> None:
    utility = observed(noise="reliability")
    assert utility.noise[:2] == pytest.approx([1, 1])
    assert utility.noise[2] < 0.3
    assert utility.synergy[0] == pytest.approx(0.4, abs=0.1), "0.8 with b, nothing with c, whose gradient is unknown"
    assert utility.values == pytest.approx(utility.potential.values * utility.noise * (1 + 0.5 * utility.synergy))


def test_added_it_is_a_mean_of_both() -> None:
    utility = observed(combine="add", noise="reliability")
    potential = utility.potential.values * utility.noise
    assert utility.values == pytest.approx(0.7 * potential + 0.3 * (1 + utility.synergy) / 2)


@pytest.mark.parametrize("measure", ["spread", "first_order"])
def test_utilities_go_with_their_tasks_in_any_order(measure: str) -> None:
    values = {}
    for keys in (("a", "b", "c"), ("c", "a", "b"), ("b", "a", "c")):
        utility = observed(keys, rounds=18, potential={"measure": measure})
        values[keys] = dict(zip(keys, utility.values, strict=True))
    first = values["a", "b", "c"]
    assert all(found == pytest.approx(first) for found in values.values())


def test_they_are_one_running_mean_of_what_is_seen() -> None:
    """A task that is solved from one round to the next has lost half of its potential after five more."""
    utility = Utility(UtilityOptions(), ("a",), [False])
    live = (PromptObservation("p", (1.0, 0.0), (), (), True),)
    dead = (PromptObservation("p", (1.0, 1.0), (), (), False),)
    for round in range(26):
        prompts = live if round < 20 else dead
        utility.observe(RoundObservation(round, {"a": TaskObservation(prompts)}), np.ones(1))
    assert utility.values[0] == pytest.approx(0.88**6)


def test_without_noise_and_synergy_it_is_potential() -> None:
    utility = observed(noise="off", synergy={"weight": 0.0})
    assert utility.values.tolist() == utility.potential.values.tolist()


def test_relative_it_is_that_of_the_best_task_for_unit() -> None:
    plain, relative = observed(noise="off"), observed(noise="off", combine="relative")
    assert relative.values == pytest.approx(plain.values / plain.values.max())
    assert observed(noise="off", combine="relative", rounds=0).values.tolist() == [1, 1, 1]


def test_what_equal_answers_score_takes_a_task_of_coins_its_potential() -> None:
    """Both tasks have the same scores; of one, the answers are what they are paid for."""
    utility, random = Utility(UtilityOptions(), ("coins", "real"), [False] * 2), np.random.default_rng(0)
    for round in range(10):
        groups = (random.random((6, 8)) < 0.5).astype(float)
        answers = {"coins": random.integers(0, 4, (6, 8)), "real": groups.astype(int)}
        tasks = {
            task: TaskObservation(
                tuple(
                    PromptObservation(f"{i}", tuple(g), (), (), len(set(g)) > 1, answers=tuple(a))
                    for i, (g, a) in enumerate(zip(groups.tolist(), of_task.tolist(), strict=True))
                )
            )
            for task, of_task in answers.items()
        }
        utility.observe(RoundObservation(round, tasks), np.full(2, 0.5))
    assert utility.noise[1] == 1
    assert utility.values[0] < 0.2 * utility.values[1]


def test_before_the_first_round_all_are_one() -> None:
    assert observed(rounds=0).values.tolist() == [1, 1, 1]
    assert observed(rounds=0, potential={"measure": "first_order"}).values.tolist() == [1, 1, 1]


@pytest.mark.parametrize("measure", ["spread", "first_order"])
def test_a_state_goes_through_json_bit_for_bit(measure: str) -> None:
    utility = observed(rounds=20, potential={"measure": measure})
    again = observed(rounds=0, potential={"measure": measure})
    again.load_state_dict(json.loads(json.dumps(utility.state_dict(), allow_nan=False)))
    assert again.state_dict() == utility.state_dict()
    assert again.values.tolist() == utility.values.tolist()
