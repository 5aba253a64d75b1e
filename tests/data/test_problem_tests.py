"""Problems with too little to learn from are dropped for a reason; of many tests the longest and some short stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.problem_tests import ProblemTestOptions, divide, reason_to_drop, thin_out
from astor.records import StdinTest

OPTIONS = ProblemTestOptions()
STATEMENT = "Add all numbers of a line. " * 6
EIGHT = [str(number) for number in range(8)]


@pytest.mark.parametrize(
    ("statement", "inputs", "outputs", "reason"),
    [
        (STATEMENT, EIGHT, EIGHT, ""),
        (STATEMENT, [], [], "no tests"),
        (STATEMENT, EIGHT[:7], EIGHT[:7], "too few tests"),
        (STATEMENT, [*EIGHT[:7], 3], EIGHT, "not text"),
        (STATEMENT, EIGHT, [*EIGHT[:7], "half \ud83d"], "not text"),
        (STATEMENT + "See the Image.", EIGHT, EIGHT, "image"),
        (STATEMENT + "\n![](a.png)", EIGHT, EIGHT, "image"),
        ("a" * 99 + " ," * 50, EIGHT, EIGHT, "too short"),
        ("a" * 100, EIGHT, EIGHT, ""),
    ],
)
def test_reasons(statement: str, inputs: list, outputs: list, reason: str) -> None:
    found = reason_to_drop(statement, list(zip(inputs, outputs, strict=True)), OPTIONS)
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


def test_four_tests_are_public_where_nothing_is_said() -> None:
    tests = [StdinTest(stdin=text, stdout="") for text in EIGHT]
    assert divide(tests, 0, OPTIONS) == (tests[:4], tests[4:])


def test_of_many_tests_those_that_are_said_to_be_public_stay_public() -> None:
    tests = [StdinTest(stdin="x" * length, stdout="") for length in range(40, 0, -1)]
    public, hidden = divide(tests, 2, OPTIONS)
    assert public == tests[:2]
    assert len(hidden) == 18
    assert set(hidden) <= set(tests[2:])
