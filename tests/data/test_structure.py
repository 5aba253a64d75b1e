import pytest

from astor.data.structure import structural_hash


def test_names_layout_and_comments_do_not_count() -> None:
    one = "def f(x):\n    y = x + 1\n    return max(y, 3)"
    other = (
        'def g(value: int) -> int:\n    """Adds."""\n    total = value + 1  # one more\n\n    return max(total, 3)\n'
    )
    assert structural_hash(one) == structural_hash(other)


@pytest.mark.parametrize(
    "other",
    [
        "def f(x):\n    return x + 2",
        "def f(x):\n    return x - 1",
        "def f(x):\n    return 1 + x",
        "def f(x):\n    return max(x, 1)",
    ],
)
def test_constants_and_operations_count(other: str) -> None:
    assert structural_hash("def f(x):\n    return x + 1") != structural_hash(other)


def test_builtins_and_attributes_keep_their_names() -> None:
    assert structural_hash("def f(a):\n    return max(a)") != structural_hash("def f(a):\n    return min(a)")
    assert structural_hash("def f(s):\n    return s.upper()") != structural_hash("def f(s):\n    return s.lower()")


def test_which_variable_is_used_where_counts() -> None:
    assert structural_hash("def f(x, y):\n    return x - y") != structural_hash("def f(x, y):\n    return y - x")
    assert structural_hash("def f(x, y):\n    return x - y") == structural_hash("def f(y, x):\n    return y - x")
