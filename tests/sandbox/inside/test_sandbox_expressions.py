"""Which expressions two pieces of Python share."""

import ast

import pytest

from astor.sandbox.inside.expressions import expressions, share_found

FUNCTION = ast.parse("def f(x):\n    return x + 2 if x < 5 else max(x, 9)")


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("def g(n):\n    return n + 2 if n < 5 else max(n, 9)", 1.0),
        ("assert f(3) == (y + 2)", 0.25),
        ("assert f(3) == min(y, 9)", 0.0),
        ("assert f(3) == 5 and f([1, 2]) == [1, 2]", 0.0),
        ("", 0.0),
    ],
)
def test_the_share_counts_expressions_whatever_their_variables(text: str, share: float) -> None:
    assert share_found(FUNCTION, expressions(ast.parse(text))) == pytest.approx(share)


def test_literals_and_single_names_are_none() -> None:
    assert expressions(ast.parse("x = [1, 2, (3, 4)]\ny = x")) == []
    assert share_found(ast.parse("def f(x):\n    return x"), ["anything"]) == 0
