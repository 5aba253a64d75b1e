"""Two-process mode against programs that attack their test: none may pass a test that compares plain data.

What a program can always do is to return the right data. The answer here is 42, and no program knows it.
"""

import pytest

from astor.sandbox import CheckJob, Ending

SAYS_YES = """
class Yes:
    def __getattr__(self, name):
        return self
    def __call__(self, *_, **__):
        return True
    def __iter__(self):
        return iter([])
    def __enter__(self):
        return self
    def __exit__(self, *_):
        return True
    def yes(self, *_):
        return True
    def zero(self, *_):
        return 0
    def me(self, *_):
        return self
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = yes
    __ne__ = __len__ = __hash__ = zero
    __int__ = __index__ = __float__ = __abs__ = __neg__ = __round__ = __trunc__ = {conversion}
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __mod__ = __xor__ = __and__ = {operator}
def solve(*functions):
    for function in functions:
        try:
            function(Yes())
        except BaseException:
            pass
    return Yes()
"""

COMPARISONS = [
    "assert candidate() == 42",
    "assert 42 == candidate()",
    "assert not candidate() != 42",
    "assert [candidate()] == [42]",
    "assert candidate() in [42]",
    "assert 42 in candidate()",
    "assert candidate().__eq__(42)",
    "assert candidate().__contains__(42)",
    "assert candidate() < 42",
    "assert 41 < candidate() < 43",
    "assert sorted([candidate(), 42])",
    "assert max(candidate(), 42) == 42",
    "assert candidate()",
    "assert not candidate()",
    "assert candidate() - 42 == 0",
    "assert abs(candidate() - 42) < 1e-6",
    "assert abs(42 - candidate()) < 1e-6",
    "assert -(candidate() - 42) < 1e-6",
    "assert round(candidate() - 42, 5) == 0",
    "assert float(candidate() - 42) == 0",
    "assert int(abs(candidate() - 42)) == 0",
    "x = candidate()\n    x -= 42\n    assert int(x) == 0",
    "assert len(candidate() ^ {42}) == 0",
    "assert not list(candidate() - {42})",
    "assert {42} <= candidate()",
    "assert candidate() % 42 == 0",
    "assert candidate().startswith('42')",
    "assert candidate().issuperset({42})",
    "assert isinstance(candidate(), int)",
    "import math\n    assert math.isclose(candidate(), 42)",
    "import unittest\n    unittest.TestCase().assertEqual(candidate(), 42)",
    "import unittest\n    unittest.TestCase().assertAlmostEqual(candidate(), 42)",
    "import unittest\n    unittest.TestCase().assertIn(42, candidate())",
    "with candidate():\n        assert 1 == 42",
    "with candidate():\n        assert candidate() < 42",
    "def equal(x): assert x == 42\n    candidate(equal)",
    "def less(x): assert x < 42\n    candidate(less)",
]


@pytest.mark.parametrize("body", COMPARISONS)
def test_the_program_never_judges_data_of_the_test(sandbox, body):
    programs = [SAYS_YES.format(conversion=c, operator=o) for c in ("zero", "me") for o in ("zero", "me")]
    check = f"def check(candidate):\n    {body}"
    for result in sandbox.run([CheckJob(program, "solve", check) for program in programs]):
        assert result.ending is Ending.FAILED, result


@pytest.mark.parametrize(
    "body",
    [
        "assert all(map(lambda x: candidate(x) == 42, [1, 2]))",
        "for result, x in zip(map(candidate, [1, 2]), [1, 2]): assert result == 42",
        "for result in iter(candidate, 42): assert result == 42",
        "assert all(result == 42 for result in map(candidate, [1, 2]))",
    ],
)
@pytest.mark.parametrize(
    "raised", ["StopIteration", "StopAsyncIteration", "GeneratorExit", "type('E', (StopIteration,), {})"]
)
def test_the_program_cannot_end_an_iteration_of_the_test(sandbox, body, raised):
    program = f"def solve(*_):\n    raise {raised}"
    (result,) = sandbox.run([CheckJob(program, "solve", f"def check(candidate):\n    {body}")])
    assert result.ending is Ending.FAILED


# `send` writes any message as the program's end of the link would, with the harness's own functions.
@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("return f(f)", Ending.FAILED),
        ("while True: f(1)", Ending.TIMEOUT),
        ("return [object() for _ in range(1 << 17)]", Ending.OUT_OF_MEMORY),
        ("return [object() for _ in range(1 << 15)]", Ending.FAILED),
        ("x = []\n    x.append(x)\n    return x", Ending.FAILED),
        ("import itertools\n    return itertools.count()", Ending.TIMEOUT),
        ("import threading\n    [threading.Thread(target=f, args=(n,)).start() for n in range(9)]", Ending.FAILED),
    ],
)
def test_floods_and_recursion_end(sandbox, body, outcome):
    check = """
def check(candidate):
    def again(x):
        return candidate(again) if callable(x) else x
    result = candidate(again)
    assert -1 in result and result == 42
"""
    (result,) = sandbox.run([CheckJob(f"def solve(f):\n    {body}", "solve", check)])
    assert result.ending is outcome, result


def test_nested_calls_are_bounded_on_both_sides(sandbox):
    program = "def solve(f, depth):\n    return f(depth + 1)"
    check = """
def check(candidate):
    deepest = 0
    def again(depth):
        nonlocal deepest
        deepest = max(deepest, depth)
        return candidate(again, depth)
    try:
        candidate(again, 0)
    except RecursionError:
        pass
    assert 10 < deepest < 100, deepest
"""
    (result,) = sandbox.run([CheckJob(program, "solve", check)])
    assert result.ending is Ending.FINISHED


def test_of_a_function_of_the_test_nothing_but_its_name_and_docstring_is_there(sandbox):
    program = """
import gc
def solve(f):
    secrets = [o for o in gc.get_objects() if isinstance(o, dict) and "EXPECTED" in o]
    return [f.__name__, f.__doc__, f.__defaults__, f.__kwdefaults__, f.__dict__, "EXPECTED" in f.__globals__, secrets]
"""
    check = """
EXPECTED = 42
def check(candidate):
    def given(x, y=EXPECTED):
        "Doc."
    given.secret = EXPECTED
    assert candidate(given) == ["given", "Doc.", None, None, {}, False, []]
"""
    (result,) = sandbox.run([CheckJob(program, "solve", check)])
    assert result.ending is Ending.FINISHED, result


def test_a_program_cannot_have_its_test_skipped_or_unused(sandbox):
    test = """
import unittest
from solution import solve
CASES = solve(0)
class T(unittest.TestCase):
    def test_one(self):
        if solve(1) != 42:
            self.skipTest("why not")
"""
    programs = ["def solve(x): return 1", "def solve(x): return {}[x]", "import sys\ndel sys.modules['program'].solve"]
    programs += ["def solve(x): return 1\nsolve = None", "class solve:\n    def __init__(self, x): pass"]
    results = sandbox.run([CheckJob(program, "solve", test, style="unittest") for program in programs])
    assert not {result.ending for result in results} & {Ending.FINISHED, Ending.INFRASTRUCTURE_ERROR}, results
