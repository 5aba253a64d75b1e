import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.mutation import OPERATORS, TOTAL, draw_mutants, mutate
from astor.data.mutation_operators import (
    Operator,
    arithmetic,
    boolean,
    boundary,
    builtin,
    comparison,
    constant,
    deleted,
    off_by_one,
    returned,
    swapped_arguments,
)

LONG = """def f(xs, low=0):
    \"\"\"Not to be changed.\"\"\"
    total = 0
    for x in xs:
        if x > low and not x == 3:
            total += x * 2
    return max(total, len(xs))"""


@pytest.mark.parametrize(
    ("operator", "body", "mutants"),
    [
        (arithmetic, "return x + y", {"return x - y", "return x * y"}),
        (arithmetic, "return x % y", {"return x // y", "return x * y"}),
        (comparison, "return x < y", {"return x >= y"}),
        (comparison, "return x is y", {"return x is not y"}),
        (boolean, "return x and y", {"return x or y"}),
        (boolean, "return not x", {"return +x"}),
        (boolean, "return True", {"return False"}),
        (constant, "return 'ab'", {"return ''"}),
        (constant, "return 0.5", {"return 1.5"}),
        (off_by_one, "return x[3]", {"return x[4]", "return x[2]"}),
        (boundary, "return x < y", {"return x <= y"}),
        (returned, "return x", {"return None"}),
        (deleted, "x.sort()\n    return x", {"pass\n    return x"}),
        (swapped_arguments, "return g(x, y)", {"return g(y, x)"}),
        (builtin, "return max(x)", {"return min(x)"}),
        (builtin, "return any(x)", {"return all(x)"}),
    ],
)
def test_an_operator_makes_its_mutants(operator: Operator, body: str, mutants: set[str]) -> None:
    head = "def f(x, y):\n    "
    assert set(mutate(head + body, (operator,))) == {head + mutant for mutant in mutants}


def test_an_augmented_assignment_is_arithmetic_too() -> None:
    assert "def f(x):\n    x -= 2\n    return x" in mutate("def f(x):\n    x += 2\n    return x")


def test_code_without_places_to_change_has_no_mutants() -> None:
    assert mutate("def f(a):\n    return") == ()
    assert mutate("def f(a):\n    return a", TOTAL) == ()


def test_each_mutant_differs_in_one_place_and_the_original_is_none() -> None:
    source = "def f(a):\n    a = [v + 1 for v in a]\n    return max(a) - 2"
    mutants = mutate(source, TOTAL)
    assert source not in mutants
    assert len(set(mutants)) == len(mutants) == 9


def test_while_loops_and_docstrings_stay_as_they_are() -> None:
    source = 'def f(x):\n    """Count."""\n    while x > 0:\n        x = x - 3\n    return x + 1'
    mutants = mutate(source)
    assert len(mutants) == 5
    assert all("while x > 0:\n        x = x - 3" in mutant and '"""Count."""' in mutant for mutant in mutants)


@given(st.integers(0, 40), st.text(max_size=4))
def test_a_draw_is_of_different_mutants_and_takes_each_operator_first(count: int, seed: str) -> None:
    drawn = draw_mutants(LONG, count, seed)
    assert drawn == draw_mutants(LONG, count, seed)
    assert len(set(drawn)) == len(drawn) == min(count, len(mutate(LONG)))
    assert set(drawn) <= set(mutate(LONG))
    if count >= len(OPERATORS):
        assert all(set(mutate(LONG, (operator,))) & set(drawn) for operator in OPERATORS if mutate(LONG, (operator,)))


@given(st.sampled_from(mutate(LONG)))
def test_every_mutant_is_python(mutant: str) -> None:
    ast.parse(mutant)
