"""Problems with too little to learn from are dropped for a reason; of many tests the longest and some short stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.problem_tests import ProblemTestOptions, reason_to_drop, split_tests, thin_out

OPTIONS = ProblemTestOptions()
STATEMENT = "Add all numbers of a line. " * 6
EIGHT = [str(number) for number in range(8)]


@pytest.mark.parametrize(
    ("statement", "inputs", "outputs", "reason"),
    [
        (STATEMENT, EIGHT, EIGHT, ""),
        (STATEMENT, EIGHT, EIGHT[:7], "differ in number"),
        (STATEMENT, EIGHT[:7], EIGHT[:7], "too few tests"),
        (STATEMENT, [*EIGHT[:7], 3], EIGHT, "not text"),
        (STATEMENT + "See the Image.", EIGHT, EIGHT, "image"),
        (STATEMENT + "\n![](a.png)", EIGHT, EIGHT, "image"),
        ("a" * 99 + " ," * 50, EIGHT, EIGHT, "too short"),
        ("a" * 100, EIGHT, EIGHT, ""),
    ],
)
def test_reasons(statement: str, inputs: list, outputs: list, reason: str) -> None:
    found = reason_to_drop(statement, inputs, outputs, OPTIONS)
    assert reason in found
    assert bool(found) == bool(reason)


def test_of_more_than_twenty_tests_the_5_shortest_and_the_15_longest_stay() -> None:
    inputs = ["x" * length for length in range(1, 31)]
    assert thin_out(range(30), inputs, OPTIONS) == [4, 3, 2, 1, 0, *range(29, 14, -1)]
    assert thin_out(range(20), inputs[:20], OPTIONS) == list(range(20))


@given(st.lists(st.integers(0, 9), min_size=21, max_size=60))
def test_what_goes_is_neither_shortest_nor_longest(lengths: list[int]) -> None:
    kept = thin_out(range(len(lengths)), ["x" * length for length in lengths], OPTIONS)
    assert len(kept) == len(set(kept)) == 20
    for gone in set(range(len(lengths))) - set(kept):
        assert max(lengths[place] for place in kept[:5]) <= lengths[gone] <= min(lengths[place] for place in kept[5:])


def test_four_tests_are_public() -> None:
    assert split_tests(EIGHT, OPTIONS) == (EIGHT[:4], EIGHT[4:])
