"""What stands before a program, and what prompts say of it."""

import pytest

from astor.data.preambles import completed, shown, with_preamble

HELPER = "import math\n\n\ndef helper(x):\n    return math.floor(x)"


def test_a_program_may_use_what_stands_before_it() -> None:
    names: dict[str, object] = {}
    exec(with_preamble(HELPER, "from __future__ import annotations\n\ndef f(x: Any):\n    return helper(x)"), names)
    assert names["f"](1.5) == 1  # type: ignore[operator]
    assert with_preamble("", "x = 1") == "x = 1"


@pytest.mark.parametrize(
    ("program", "lacks"),
    [
        ("def f(x):\n    return len(x)", False),
        ("import math as m\ndef f(x):\n    return [y for y in m.x]", False),
        ("from math import *\ndef f(x):\n    return floor(x)", False),
        ("def f(x):\n    try:\n        x = 1\n    except Exception as e:\n        return e", False),
        ("def f(x):\n    return helper(x)", True),
        ("def f(x: List[int]): return x", True),
    ],
)
def test_the_preamble_stands_where_a_name_is_missing(program: str, lacks: bool) -> None:
    assert (completed(HELPER, program) != program) is lacks


def test_a_prompt_shows_it() -> None:
    assert shown(f"\n{HELPER}\n") == f"This code stands above yours:\n```python\n{HELPER}\n```\n\n"
    assert shown("") == shown("\n") == ""
