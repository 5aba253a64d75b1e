"""Perturbed public tests: two expected outputs change places, and nothing else."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from astor.records import PublicTest
from astor.tasks.multi_turn.perturbation import perturb

tests = st.lists(st.sampled_from(["1", "2", " 2\n", "3"]), max_size=6).map(
    lambda outputs: [PublicTest(input=f"f({place})", expected=output) for place, output in enumerate(outputs)]
)


@given(tests, st.integers(0, 50))
def test_two_tests_that_differ_are_swapped_and_the_others_stay(given_tests, seed) -> None:
    changed = perturb(given_tests, seed)
    if len({test.expected.strip() for test in given_tests}) < 2:
        assert changed is None
        return
    assert changed.perturbed == (0, 1)
    assert Counter(changed.true) == Counter(given_tests)
    assert [test.input for test in changed.tests] == [test.input for test in changed.true]
    first, second, *others = changed.tests
    assert (first.expected, second.expected) == (changed.true[1].expected, changed.true[0].expected)
    assert first.expected.strip() != second.expected.strip()
    assert tuple(others) == changed.true[2:]


@given(tests, st.integers(0, 50))
def test_the_seed_decides(given_tests, seed) -> None:
    assert perturb(given_tests, seed) == perturb(list(given_tests), seed)


def test_every_pair_of_different_tests_can_be_drawn() -> None:
    given_tests = [PublicTest(input=str(place), expected=str(place)) for place in range(3)]
    drawn = {frozenset(test.input for test in perturb(given_tests, seed).tests[:2]) for seed in range(40)}
    assert len(drawn) == 3


def test_problems_with_one_output_or_one_test_are_left_out() -> None:
    assert perturb([], 0) is None
    assert perturb([PublicTest(input="1", expected="1")], 0) is None
    assert perturb([PublicTest(input="1", expected="1"), PublicTest(input="2", expected="1 ")], 0) is None
