import json

import numpy as np
import pytest

from astor.coordination.first_order import FirstOrder
from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.sketches import RunningSketches
from tests.coordination.sketched import directions, report_of, sketched, unit

GROUP = (1.0, 0.0, 1.0, 0.0)


def prompt(scores: tuple[float, ...], tokens: int) -> PromptObservation:
    return PromptObservation("p", scores, scores, (), len(set(scores)) > 1, tokens)


def seen(**prompts: list[PromptObservation]) -> RoundObservation:
    return RoundObservation(0, {task: TaskObservation(tuple(of_task)) for task, of_task in prompts.items()})


def after(observation: RoundObservation, *tasks: str) -> FirstOrder:
    first_order = FirstOrder(0.9, tasks)
    first_order.observe(observation)
    return first_order


def test_it_is_the_formula() -> None:
    random = np.random.default_rng(0)
    d = dict(zip("ab", directions(0.4, random), strict=True))
    first_order = after(
        seen(
            a=[prompt((1, 0, 0, 0), 40), prompt((0, 0, 0, 0), 80)],
            b=[prompt((0.5, 0.7), 30)],
        ),
        "a",
        "b",
    )
    sigma, length, cost = np.array([np.sqrt(3) / 4, 0.1]), np.array([10, 15]), np.array([60, 30])
    products = np.array([[d[i] @ d[j] for j in "ab"] for i in "ab"])
    expected = (products * sigma * length).sum(axis=1) / cost / 2
    assert first_order.gains(sketched(d, noise=0.0, rounds=1)) == pytest.approx(expected, rel=1e-4)


def test_noise_is_no_potential() -> None:
    """Both gradients are as long; one is all noise, and its halves agree about nothing."""
    random = np.random.default_rng(0)
    sketches = sketched({"real": unit(random), "noise": np.zeros(4096)}, noise=0.7, rounds=40)
    assert np.linalg.norm(sketches.gradients()["noise"]) > 0.2
    first_order = after(seen(real=[prompt(GROUP, 40)], noise=[prompt(GROUP, 40)]), "real", "noise")
    assert first_order.utilities(sketches) == pytest.approx([1.0, 0.0], abs=0.1)


def test_a_task_that_helps_the_others_gains_and_one_that_harms_them_is_worth_nothing() -> None:
    random = np.random.default_rng(0)
    main = unit(random)
    helpful, harmful = 0.3 * main, -0.3 * main
    first_order = after(
        seen(main=[prompt(GROUP, 40)], helps=[prompt(GROUP, 40)], harms=[prompt(GROUP, 40)]), "main", "helps", "harms"
    )
    utilities = first_order.utilities(sketched({"main": main, "helps": helpful, "harms": harmful}, noise=0.0))
    assert utilities[0] == 1
    assert utilities[1] > 0.2
    assert utilities[2] == 0


def test_half_the_tokens_for_the_same_gradient_are_worth_twice_as_much() -> None:
    main = unit(np.random.default_rng(0))
    other = unit(np.random.default_rng(1))
    dear = [prompt(GROUP, 80), prompt((0, 0, 0, 0), 120)]
    cheap = [prompt(GROUP, 80), prompt((0, 0, 0, 0), 20)]
    first_order = after(seen(dear=dear, cheap=cheap), "dear", "cheap")
    utilities = first_order.utilities(sketched({"dear": main, "cheap": other}, noise=0.0))
    assert utilities == pytest.approx([0.5, 1.0], abs=0.05)


def test_where_nothing_is_known_or_nothing_helps_all_are_alike() -> None:
    first_order = after(seen(a=[prompt(GROUP, 40)], b=[prompt(GROUP, 40)]), "a", "b")
    assert first_order.utilities(RunningSketches(0.9, ("a", "b"))).tolist() == [1, 1]
    against = {"a": np.array([1.0, 0.0]), "b": np.array([-9.0, 0.0])}
    sketches = RunningSketches(0.9, ("a", "b"))
    sketches.observe(report_of({task: (half, -half) for task, half in against.items()}))
    assert first_order.utilities(sketches).tolist() == [1, 1]


def test_a_round_without_informative_groups_leaves_their_length_and_spread_as_they_were() -> None:
    first_order = after(seen(a=[prompt(GROUP, 40)]), "a")
    first_order.observe(seen(a=[prompt((0, 0, 0, 0), 80)]))
    first_order.observe(seen())
    assert (first_order.deviation[0], first_order.length[0]) == (0.5, 10)
    assert first_order.cost[0] == pytest.approx(44)


def test_a_state_goes_through_json() -> None:
    first_order, again = after(seen(a=[prompt(GROUP, 40)]), "a", "b"), FirstOrder(0.9, ("a", "b"))
    again.load_state_dict(json.loads(json.dumps(first_order.state_dict(), allow_nan=False)))
    assert again.state_dict() == first_order.state_dict()
