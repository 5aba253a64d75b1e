"""Small files of tests, in the forms that people and models write, of a module that is right and one that is not.

`FILES` use nothing of pytest and unittest but what the sandbox offers; `LEFT_OUT` each want something else.
"""

RIGHT = """
import collections, dataclasses, datetime, decimal, warnings

def clamp(value, low, high):
    if low > high:
        raise ValueError(f"low {low} is above high {high}")
    if value < low:
        return low
    if value > high:
        return high
    return value

def tidy(items):
    items.sort()

def half(number):
    return number / 2

def greet(name):
    print(f"Hello, {name}!")

def old(x):
    warnings.warn("old is out of date", DeprecationWarning)
    return x

class Poor(Exception):
    def __init__(self, missing):
        super().__init__(f"{missing} is missing")
        self.missing = missing

def pay(balance, price):
    if price > balance:
        raise Poor(price - balance)
    return balance - price

def count(words):
    return collections.Counter(words)

def squares(n):
    for number in range(n):
        yield number * number

def next_day(day):
    return day + datetime.timedelta(days=1)

def total(prices):
    return sum(map(decimal.Decimal, prices), decimal.Decimal(0))

@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

def move(point, by):
    return Point(point.x + by, point.y)

def positive(x):
    assert x > 0, "not positive"
    return x

def leave():
    raise SystemExit(3)
"""

_MISTAKES = {
    "return low\n": "return high\n",
    "is above": "above",
    "items.sort()": "items.reverse()",
    "number / 2": "number / 2.1",
    "Hello,": "Hi,",
    "DeprecationWarning": "UserWarning",
    "self.missing = missing": "self.missing = 0",
    "is missing": "missing",
    "collections.Counter(words)": "collections.Counter(set(words))",
    "number * number": "number + number",
    "days=1": "days=2",
    "decimal.Decimal(0)": "decimal.Decimal(1)",
    "Point(point.x + by": "Point(point.x - by",
    "x > 0": "x >= 0",
    "SystemExit(3)": "SystemExit(0)",
}

WRONG = RIGHT
for _right, _wrong in _MISTAKES.items():
    assert _right in WRONG
    WRONG = WRONG.replace(_right, _wrong)

FILES = {
    "functions": "from solution import clamp\ndef test_in(): assert clamp(2, 0, 3) == 2\n"
    "def test_low(): assert clamp(-1, 0, 3) == 0",
    "module": "import solution\ndef test_low():\n    assert solution.clamp(-1, 0, 3) == 0",
    "another_name": "import solution as s\nfrom solution import clamp as c\n"
    "def test(): assert c(-1, 0, 3) == s.clamp(0, 0, 3)",
    "star": "from solution import *\ndef test_low(): assert clamp(-1, 0, 3) == 0\n"
    "def test_in(): assert clamp(2, 0, 3) == 2",
    "own_module": "from my_module import clamp\ndef test(): assert clamp(-1, 0, 3) == 0",
    "raises": """
import re, pytest
from solution import clamp, half
def test_kind():
    with pytest.raises(ValueError): clamp(1, 3, 0)
def test_match():
    with pytest.raises(ValueError, match="is above"): clamp(1, 3, 0)
def test_escaped():
    with pytest.raises(ValueError, match=re.escape("low 3 is above high 0")): clamp(1, 3, 0)
def test_compiled():
    with pytest.raises(ValueError, match=re.compile("IS ABOVE", re.I)): clamp(1, 3, 0)
def test_tuple():
    with pytest.raises((KeyError, ValueError)): clamp(1, 3, 0)
def test_info():
    with pytest.raises(ValueError) as info: clamp(1, 3, 0)
    assert str(info.value) == "low 3 is above high 0" and info.type is ValueError
    assert info.value.args == ("low 3 is above high 0",) and info.typename == "ValueError"
    assert info.match("low") and "above" in str(info.value)
def test_call():
    info = pytest.raises(ValueError, clamp, 1, 3, high=0)
    assert "is above" in str(info.value)
def test_check():
    with pytest.raises(ValueError, check=lambda error: len(error.args) == 1): clamp(1, 3, 0)
def test_match_alone():
    with pytest.raises(match="is above"): clamp(1, 3, 0)
def test_nothing_raised():
    with pytest.raises(ValueError): clamp(1, 0, 3)
def test_something_else_raised():
    with pytest.raises(KeyError): clamp(1, 3, 0)
def test_type_error():
    with pytest.raises(TypeError, match="unsupported operand"): half("a")
def test_missing_argument():
    with pytest.raises(TypeError, match="missing 2 required"): clamp(1)
def test_not_a_class():
    with pytest.raises("ValueError"): clamp(1, 3, 0)
def test_swallowed():
    try:
        with pytest.raises(ValueError): clamp(1, 0, 3)
    except Exception:
        pass
""",
    "errors": """
import pytest, solution
from solution import clamp, pay, Poor
def test_str():
    try: clamp(1, 3, 0)
    except ValueError as error: assert str(error) == "low 3 is above high 0"
    else: pytest.fail("it did not raise")
def test_repr():
    try: clamp(1, 3, 0)
    except Exception as error: assert repr(error) == "ValueError('low 3 is above high 0')"
def test_attribute():
    with pytest.raises(Poor) as info: pay(1, 3)
    assert info.value.missing == 2
def test_text():
    with pytest.raises(Poor, match="2 is missing"): pay(1, 3)
def test_name():
    with pytest.raises(Exception) as info: pay(1, 3)
    assert type(info.value).__name__ == "Poor" and isinstance(info.value, solution.Poor)
def test_fail(): pytest.fail("so")
def test_assertion():
    with pytest.raises(AssertionError, match="not positive"): solution.positive(0)
def test_exit():
    with pytest.raises(SystemExit) as info: solution.leave()
    assert info.value.code == 3
""",
    "parametrize": """
import pytest
from solution import clamp
@pytest.mark.parametrize("v, e", [(5, 3), (-1, 0), (2, 2)])
def test_text(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize(("v", "e"), [(5, 3), (2, 2)])
def test_tuple(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize(["v", "e"], [[5, 3], [-1, 0]])
def test_list(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v", [0, 1, 2])
def test_one(v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("pair", [(5, 3), (-1, 0)])
def test_pair(pair): assert clamp(pair[0], 0, 3) == pair[1]
@pytest.mark.parametrize("v, e", [(5, 3), (-1, 0)], ids=["above", "below"])
def test_ids(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v", [1, 2], ids=lambda v: f"value-{v}")
def test_ids_made(v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("low", [0, 1])
@pytest.mark.parametrize("high", [3, 4])
def test_stacked(low, high): assert clamp(2, low, high) == 2 and clamp(-1, low, high) == low
@pytest.mark.parametrize(argnames="v", argvalues=(n for n in range(3)))
def test_by_name(v): assert clamp(v, 0, 3) == v
""",
    "param": """
import pytest
from solution import clamp
@pytest.mark.parametrize("v, e", [pytest.param(5, 3, id="above"), pytest.param(-1, 0, id="below"), (2, 2)])
def test_ids(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v", [pytest.param(1), 2])
def test_one(v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("v, e", [pytest.param(5, 4, marks=pytest.mark.skip(reason="later")), (5, 3)])
def test_skip(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v, e", [pytest.param(5, 4, marks=pytest.mark.xfail), (5, 3)])
def test_xfail(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v, e", [pytest.param(-1, 0, marks=[pytest.mark.xfail(strict=True)])])
def test_strict(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v, e", [pytest.param(5, 4, marks=pytest.mark.skipif(True, reason="so"))])
def test_skipif(v, e): assert clamp(v, 0, 3) == e
""",
    "skips": """
import sys, pytest
from solution import clamp
@pytest.mark.skip
def test_bare(): assert False
@pytest.mark.skip(reason="later")
def test_reason(): assert False
@pytest.mark.skip("later")
def test_positional(): assert False
@pytest.mark.skipif(sys.version_info < (3, 1), reason="old")
def test_not_skipped(): assert clamp(-1, 0, 3) == 0
@pytest.mark.skipif("sys.version_info > (3, 1)")
def test_condition_as_text(): assert False
@pytest.mark.skipif(True)
def test_no_reason(): pass
def test_itself():
    pytest.skip("not now")
@pytest.mark.skip
class TestAll:
    def test_one(self): assert False
    def test_two(self): assert clamp(-1, 0, 3) == 0
missing = pytest.importorskip("json")
def test_import(): pytest.importorskip("no_such_module_here")
""",
    "module_marks": """
import pytest
from solution import clamp
pytestmark = [pytest.mark.slow, pytest.mark.skipif(False, reason="no")]
def test_low(): assert clamp(-1, 0, 3) == 0
class TestIt:
    pytestmark = pytest.mark.parametrize("v", [1, 2])
    def test_same(self, v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("v, e", [(1, 1), (-1, 0)])
class TestBoth:
    def test_one(self, v, e): assert clamp(v, 0, 3) == e
    def test_two(self, v, e): assert clamp(e, 0, 3) == e
""",
    "skipped_module": "import pytest\npytestmark = pytest.mark.skip('all')\ndef test_one(): assert False",
    "xfails": """
import pytest
from solution import clamp, half
@pytest.mark.xfail
def test_fails(): assert clamp(1, 0, 3) == 2
@pytest.mark.xfail(reason="known")
def test_passes(): assert clamp(1, 0, 3) == 1
@pytest.mark.xfail(strict=True)
def test_strict(): assert clamp(-1, 0, 3) == 3
@pytest.mark.xfail(strict=True)
def test_strict_passes(): assert clamp(1, 0, 3) == 1
@pytest.mark.xfail(raises=ValueError)
def test_right_error(): clamp(1, 3, 0)
@pytest.mark.xfail(raises=KeyError)
def test_wrong_error(): clamp(1, 3, 0)
@pytest.mark.xfail(raises=(KeyError, ValueError), strict=True)
def test_one_of_errors(): clamp(1, 3, 0)
@pytest.mark.xfail(False, reason="no")
def test_not_expected(): assert clamp(-1, 0, 3) == 0
@pytest.mark.xfail(run=False)
def test_not_run(): raise SystemExit
def test_itself(): pytest.xfail("so")
@pytest.mark.xfail
@pytest.mark.parametrize("v", [1, -1])
def test_each(v): assert clamp(v, 0, 3) == v
""",
    "approx": """
import math, decimal, pytest
from solution import half
def test_number(): assert half(0.6) == pytest.approx(0.3)
def test_sum(): assert half(0.1) + half(0.2) == pytest.approx(0.15)
def test_relative(): assert half(2) == pytest.approx(1.04, rel=0.05)
def test_absolute(): assert half(2) == pytest.approx(1.04, abs=0.05)
def test_not(): assert half(2) != pytest.approx(1.2)
def test_list(): assert [half(1), half(3)] == pytest.approx([0.5, 1.5])
def test_tuple(): assert (half(1),) == pytest.approx([0.5])
def test_dict(): assert {"a": half(1)} == pytest.approx({"a": 0.5})
def test_length(): assert [half(1)] == pytest.approx([0.5, 0.5])
def test_nan(): assert half(math.nan) == pytest.approx(math.nan, nan_ok=True)
def test_nan_not(): assert half(math.nan) == pytest.approx(math.nan)
def test_inf(): assert half(math.inf) == pytest.approx(math.inf)
def test_nested(): assert [[half(1)]] == pytest.approx([[0.5]])
def test_decimal(): assert half(decimal.Decimal(1)) == pytest.approx(decimal.Decimal("0.5"))
def test_left(): assert pytest.approx(0.5) == half(1)
def test_order(): assert half(1) < pytest.approx(0.6)
def test_truth(): assert pytest.approx(half(1))
""",
    "fixtures": """
import pytest
from solution import clamp, tidy
made = []
@pytest.fixture
def limits(): return 0, 3
@pytest.fixture()
def low(limits): return limits[0]
@pytest.fixture(scope="module")
def once():
    made.append(1)
    yield made
    made.clear()
@pytest.fixture(name="renamed")
def other_name(): return 7
@pytest.fixture
def given():
    items = [3, 1]
    yield items
    assert items == [1, 3]
def test_limits(limits): assert clamp(-1, *limits) == 0
def test_chain(low, limits): assert clamp(-1, low, limits[1]) == low
def test_once(once): assert once == [1]
def test_once_more(once): assert once == [1]
def test_renamed(renamed): assert clamp(renamed, 0, 9) == 7
def test_teardown(given): tidy(given)
def test_unknown(nothing_of_this_name): pass
@pytest.fixture
def broken(): raise KeyError
def test_broken(broken): pass
@pytest.mark.usefixtures("limits")
def test_used(): assert clamp(-1, 0, 3) == 0
@pytest.mark.usefixtures("broken")
def test_used_broken(): pass
def test_default(limits, extra=5): assert extra == 5
""",
    "fixture_params": """
import pytest
from solution import clamp
@pytest.fixture(params=[1, 2, pytest.param(3, id="three"), pytest.param(9, marks=pytest.mark.skip)])
def value(request): return request.param
@pytest.fixture(params=[(5, 3), (-1, 0)], ids=["above", "below"])
def case(request): return request.param
@pytest.fixture
def doubled(value): return value * 2
@pytest.fixture(scope="module", params=["a", "b"])
def letter(request): return request.param
@pytest.fixture
def through(request): return request.param * 10
def test_value(value): assert clamp(value, 0, 3) == value
def test_case(case): assert clamp(case[0], 0, 3) == case[1]
def test_both(doubled, case): assert doubled % 2 == 0
def test_letter(letter, value): assert letter in "ab"
@pytest.mark.parametrize("through", [1, 2], indirect=True)
def test_indirect(through): assert clamp(through, 0, 99) in (10, 20)
@pytest.mark.parametrize("through, e", [(1, 10), (2, 20)], indirect=["through"])
def test_partly(through, e): assert clamp(through, 0, 99) == e
@pytest.mark.parametrize("value", [7])
def test_overridden(value): assert value == 7
""",
    "request": """
import pytest
from solution import clamp
done = []
@pytest.fixture
def finalized(request):
    request.addfinalizer(lambda: done.append(1))
    return request.node.name
@pytest.fixture
def three(): return 3
def test_name(finalized): assert finalized == "test_name"
def test_done(): assert done == [1]
def test_dynamic(request): assert clamp(5, 0, request.getfixturevalue("three")) == 3
class TestIt:
    @pytest.fixture(autouse=True)
    def before(self, request):
        self.kind = request.cls.__name__
        self.limit = 3
    def test_kind(self): assert self.kind == "TestIt" and clamp(5, 0, self.limit) == 3
""",
    "autouse": """
import pytest
from solution import clamp
log = []
@pytest.fixture(autouse=True)
def each():
    log.append("before")
    yield
    log.append("after")
@pytest.fixture(autouse=True, scope="module")
def whole():
    log.append("whole")
    yield
def test_one(): assert log == ["whole", "before"]
def test_two(): assert log == ["whole", "before", "after", "before"] and clamp(-1, 0, 3) == 0
""",
    "class_fixtures": """
import pytest
from solution import clamp
@pytest.fixture
def base(): return 1
class TestA:
    @pytest.fixture
    def base(self, base): return base + 1
    @pytest.fixture(scope="class")
    def shared(self): return []
    def test_base(self, base): assert base == 2
    def test_shared(self, shared): shared.append(1)
    def test_shared_again(self, shared): assert shared == [1]
class TestB:
    @pytest.fixture(scope="class")
    def shared(self): return []
    def test_base(self, base): assert base == 1
    def test_shared(self, shared): assert shared == [] and clamp(-1, 0, 3) == 0
""",
    "classes": """
import pytest
from solution import clamp
class TestClamp:
    low = 0
    @classmethod
    def setup_class(cls): cls.high = 3
    @classmethod
    def teardown_class(cls): del cls.high
    def setup_method(self, method): self.name = method.__name__
    def teardown_method(self): assert self.name
    def test_name(self): assert self.name == "test_name"
    def test_low(self): assert clamp(-1, self.low, self.high) == 0
    @staticmethod
    def test_static(): assert clamp(5, 0, 3) == 3
    @pytest.mark.parametrize("v", [1, 2])
    def test_each(self, v): assert clamp(v, self.low, self.high) == v
    def helper(self): raise KeyError
class TestOuter:
    class TestInner:
        def test_inner(self): assert clamp(-1, 0, 3) == 0
class TestDerived(TestClamp):
    low = 1
    def test_low(self): assert clamp(-1, self.low, self.high) == 1
class TestWithInit:
    def __init__(self): pass
    def test_never_run(self): assert False
class Helper:
    def test_never_run(self): assert False
class TestOff:
    __test__ = False
    def test_never_run(self): assert False
""",
    "set_up_functions": """
from solution import clamp
state = {}
def setup_module(module): state["module"] = module.__name__
def setup_function(function): state["function"] = function.__name__
def teardown_function(): state["torn"] = True
def test_one(): assert state["function"] == "test_one" and "module" in state
def test_two(): assert state["torn"] and clamp(-1, 0, 3) == 0
""",
    "set_up_that_fails": """
import pytest
class TestBroken:
    @classmethod
    def setup_class(cls): raise KeyError
    def test_one(self): pass
class TestSkipped:
    @classmethod
    def setup_class(cls): pytest.skip("all")
    def test_one(self): assert False
def test_other(): pass
""",
    "monkeypatch": """
import pytest, solution
from solution import clamp
table = {"a": 1}
class Thing: size = 1
def test_module(monkeypatch):
    monkeypatch.setattr(solution, "half", lambda x: 42)
    assert solution.half(1) == 42
def test_undone(): assert solution.half(1) == 0.5
def test_by_text(monkeypatch):
    monkeypatch.setattr("solution.half", lambda x: 43)
    assert solution.half(1) == 43
def test_item(monkeypatch):
    monkeypatch.setitem(table, "b", 2)
    monkeypatch.delitem(table, "a")
    assert table == {"b": 2}
def test_item_undone(): assert table == {"a": 1}
def test_class(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Thing, "size", 2)
    assert Thing.size == 2 and clamp(-1, 0, 3) == 0
def test_missing(monkeypatch): monkeypatch.setattr(Thing, "nothing", 1)
def test_context(monkeypatch):
    with monkeypatch.context() as inner:
        inner.setattr(Thing, "size", 3)
        assert Thing.size == 3
    assert Thing.size == 1
""",
    "capsys": """
import sys, pytest
from solution import greet
def test_out(capsys):
    greet("you")
    assert capsys.readouterr().out == "Hello, you!\\n"
def test_order(capsys: pytest.CaptureFixture[str]):
    print("before")
    greet("you")
    print("after", file=sys.stderr)
    out, err = capsys.readouterr()
    assert out.splitlines() == ["before", "Hello, you!"] and err == "after\\n"
    assert capsys.readouterr() == ("", "")
def test_in(capsys):
    greet("me")
    captured = capsys.readouterr()
    assert "Hello" in captured.out and captured.err == ""
def test_nothing(capsys): assert capsys.readouterr().out == ""
""",
    "redirected": """
import contextlib, io, unittest
from unittest.mock import patch
from solution import greet
def test_redirect():
    with contextlib.redirect_stdout(io.StringIO()) as out: greet("you")
    assert out.getvalue().strip() == "Hello, you!"
@patch("sys.stdout", new_callable=io.StringIO)
def test_patched(out):
    greet("you")
    assert out.getvalue() == "Hello, you!\\n"
class T(unittest.TestCase):
    @patch("sys.stdout", new_callable=io.StringIO)
    def test_patched(self, out):
        greet("you")
        self.assertIn("Hello", out.getvalue())
""",
    "warnings": """
import warnings, pytest, unittest
from solution import old
def test_warns():
    with pytest.warns(DeprecationWarning): assert old(1) == 1
def test_match():
    with pytest.warns(DeprecationWarning, match="out of date"): old(1)
def test_other():
    with pytest.warns(FutureWarning): old(1)
def test_none():
    with pytest.warns(DeprecationWarning): pass
def test_deprecated():
    with pytest.deprecated_call(): old(1)
def test_recorded():
    with pytest.warns() as record: old(1)
    assert len(record) == 1 and record[0].category is DeprecationWarning and "old" in str(record[0].message)
def test_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning): old(1)
def test_recwarn(recwarn):
    old(1)
    assert len(recwarn) == 1 and recwarn.pop(DeprecationWarning)
class T(unittest.TestCase):
    def test_warns(self):
        with self.assertWarns(DeprecationWarning): old(1)
""",
    "arguments": """
from solution import tidy
def test_sorted():
    items = [3, 1, 2]
    assert tidy(items) is None
    assert items == [1, 2, 3]
def test_same_object():
    items = other = [2, 1]
    tidy(items)
    assert other == [1, 2] and other is items
def test_nested():
    rows = [[2], [1]]
    first = rows[0]
    tidy(rows)
    assert rows == [[1], [2]] and rows[1] is first
""",
    "values": """
import collections, datetime, decimal
from solution import count, next_day, squares, total, move, Point
def test_counter(): assert count("aab") == collections.Counter("aab") == {"a": 2, "b": 1}
def test_counter_method(): assert count("aab").most_common(1) == [("a", 2)]
def test_date(): assert next_day(datetime.date(2024, 2, 28)) == datetime.date(2024, 2, 29)
def test_date_time(): assert next_day(datetime.datetime(2024, 2, 28, 1)).isoformat() == "2024-02-29T01:00:00"
def test_decimal(): assert total(["0.1", "0.2"]) == decimal.Decimal("0.3") and str(total(["1"])) == "1"
def test_list(): assert list(squares(3)) == [0, 1, 4]
def test_next():
    numbers = squares(3)
    assert next(numbers) == 0 and next(numbers) == 1 and sum(numbers) == 4
def test_loop():
    for number, square in enumerate(squares(4)): assert square == number ** 2
def test_sum(): assert sum(squares(4)) == 14
def test_data_class(): assert move(Point(1, 2), 3) == Point(4, 2)
def test_fields():
    moved = move(Point(1), 3)
    assert (moved.x, moved.y) == (4, 0) and isinstance(moved, Point)
""",
    "unittest": """
import unittest
from solution import clamp, half, tidy
class TestClamp(unittest.TestCase):
    def setUp(self): self.high = 3
    def tearDown(self): self.assertEqual(self.high, 3)
    def test_low(self): self.assertEqual(clamp(-1, 0, self.high), 0)
    def test_raises(self):
        with self.assertRaises(ValueError): clamp(1, 3, 0)
    def test_raises_with(self):
        with self.assertRaises(ValueError) as context: clamp(1, 3, 0)
        self.assertIn("is above", str(context.exception))
    def test_raises_call(self): self.assertRaises(ValueError, clamp, 1, 3, 0)
    def test_regex(self):
        with self.assertRaisesRegex(ValueError, "is above"): clamp(1, 3, 0)
    def test_regex_call(self): self.assertRaisesRegex(ValueError, "^low 3", clamp, 1, 3, 0)
    def test_regex_not(self):
        with self.assertRaisesRegex(ValueError, "nothing of it"): clamp(1, 3, 0)
    def test_almost(self): self.assertAlmostEqual(half(0.6), 0.3)
    def test_subtests(self):
        for v, e in [(5, 3), (-1, 0), (2, 2)]:
            with self.subTest(v=v): self.assertEqual(clamp(v, 0, 3), e)
    def test_sorted(self):
        items = [2, 1]
        tidy(items)
        self.assertListEqual(items, [1, 2])
    @unittest.skip("later")
    def test_skipped(self): self.fail()
    @unittest.skipIf(True, "later")
    def test_skipped_if(self): self.fail()
    @unittest.expectedFailure
    def test_expected(self): self.assertEqual(clamp(1, 0, 3), 2)
    def test_skips(self): self.skipTest("later")
    def test_truth(self): self.assertTrue(clamp(1, 0, 3))
class Base:
    def test_base(self): self.assertEqual(clamp(-1, 0, 3), 0)
class TestMixed(Base, unittest.TestCase): pass
class TestClassLevel(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.limits = (0, 3)
    def test_low(self): self.assertEqual(clamp(-1, *self.limits), 0)
if __name__ == "__main__":
    unittest.main()
""",
    "subtests": """
from solution import clamp
def test_all_right(subtests):
    for v in range(3):
        with subtests.test(msg="in range", v=v): assert clamp(v, 0, 3) == v
def test_low(subtests):
    for v in (-1, -2):
        with subtests.test("below", v=v): assert clamp(v, 0, 3) == 0
""",
    "mocks": """
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
""",
    "async": """
import asyncio
from solution import clamp
async def low(): return clamp(-1, 0, 3)
def test_run(): assert asyncio.run(low()) == 0
""",
    "calls_its_tests": "from solution import clamp\ndef test_low(): assert clamp(-1, 0, 3) in (0, 3)\n"
    "test_low()\nprint('ok')",
    "main": "import pytest\nfrom solution import clamp\ndef test_low(): assert clamp(-1, 0, 3) == 0\n"
    "if __name__ == '__main__':\n    pytest.main([__file__, '-v'])",
    "names_and_types": """
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
""",
    "expectations": """
from contextlib import nullcontext as does_not_raise
import pytest
from solution import clamp
@pytest.mark.parametrize("args, expectation", [((1, 0, 3), does_not_raise(1)), ((1, 3, 0), pytest.raises(ValueError))])
def test_both(args, expectation):
    with expectation as e: assert clamp(*args) == e
@pytest.mark.parametrize("args, error", [((1, 3, 0), ValueError), ((1,), TypeError)])
def test_errors(args, error):
    with pytest.raises(error): clamp(*args)
""",
    "marks": """
import pytest
from solution import clamp
slow = pytest.mark.slow
@slow
@pytest.mark.unit("a", b=1)
@pytest.mark.filterwarnings("ignore")
def test_low(): assert clamp(-1, 0, 3) == 0
@pytest.mark.timeout(5)
class TestIt:
    def test_in(self): assert clamp(1, 0, 3) == 1
""",
}

LEFT_OUT = {
    "tmp_path": "def test(tmp_path): assert clamp(1, 0, 3) == 1",
    "caplog": "def test(caplog): assert clamp(1, 0, 3) == 1",
    "a_foreign_module": "import time\ndef test(monkeypatch):\n    monkeypatch.setattr(time, 'sleep', None)\n"
    "    clamp(1, 0, 3)",
    "the_environment": "def test(monkeypatch):\n    monkeypatch.setenv('A', 'b')\n    clamp(1, 0, 3)",
    "a_patched_module": "from unittest.mock import patch\n@patch('builtins.input', return_value='1')\n"
    "def test(given): clamp(1, 0, 3)",
    "a_patched_method": "from unittest.mock import patch\ndef test():\n"
    "    with patch('random.Random.random'): clamp(1, 0, 3)",
    "a_patched_environment": "import os\nfrom unittest.mock import patch\n@patch.dict(os.environ, {'A': 'b'})\n"
    "def test(): clamp(1, 0, 3)",
    "logs": "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
    "        with self.assertLogs(): clamp(1, 0, 3)",
    "groups": "import pytest\ndef test():\n    with pytest.RaisesGroup(ValueError): clamp(1, 0, 3)",
    "an_async_function": "async def test(): assert clamp(1, 0, 3) == 1",
    "no_cases": "import pytest\n@pytest.mark.parametrize('v', [])\ndef test(v): pass",
    "config": "def test(request): request.config.getoption('x')",
}
