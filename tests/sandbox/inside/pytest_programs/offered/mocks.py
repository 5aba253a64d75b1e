from unittest import mock
from unittest.mock import Mock, MagicMock, patch
import solution
class Clock:
    def now(self): return 1
@patch.object(Clock, "now", return_value=5)
def test_own_class(now): assert Clock().now() == solution.clamp(5, 0, 9)
@patch("solution.half", return_value=7)
def test_program(half): assert solution.half(1) == 7
@patch("solution.half")
@patch("solution.clamp")
def test_two(clamp, half):
    clamp.return_value, half.return_value = 1, 2
    assert (solution.clamp(), solution.half()) == (1, 2)
def test_with():
    with patch.object(solution, "half", lambda x: 9): assert solution.half(1) == 9
    assert solution.half(1) == 0.5
@patch.dict({"a": 1}, {"b": 2})
def test_mapping(): pass
def test_mock(): assert Mock(return_value=3)() == solution.clamp(5, 0, 3) and MagicMock()
