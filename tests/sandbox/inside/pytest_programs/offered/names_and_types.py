from __future__ import annotations
from typing import Any, Callable
import pytest
from solution import clamp
CASES: list[tuple[int, int]] = [(5, 3), (-1, 0)]
def low() -> int: return -1
test_value = 3
class TestTyped:
    limits: tuple[int, int] = (0, 3)
    @pytest.mark.parametrize("case", CASES)
    def test_each(self, case: tuple[int, int], request: pytest.FixtureRequest) -> None:
        assert clamp(case[0], *self.limits) == case[1]
test_lambda = lambda: None
