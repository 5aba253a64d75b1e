"""Two-process mode against programs that attack their test: none may pass a test that compares plain data.

What a program can always do is to return the right data. The answer here is 42, and no program knows it.
"""

import pytest

from astor.records import Outcome
from astor.sandbox import CheckJob

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
        assert result.outcome is Outcome.FAILED, result


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
    assert result.outcome is Outcome.FAILED


# `send` writes any message as the program's end of the link would, with the harness's own functions.
LINK = """
import os, sys
def link():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Link":
        frame = frame.f_back
    return frame.f_locals["self"]
def send(*message):
    link()._send(type(link())._send.__globals__["frame"](message))
"""

FORGERIES = {
    "an answer to no question": 'send("value", 7, ("=", 1), ())',
    "an answer to the next question": 'send("value", 2, ("=", 1), ())',
    "two answers": 'send("value", 1, ("=", 1), ())',
    "answers in advance": '[send("value", n, ("=", 1), ()) for n in range(9)]',
    "no message": "os.write(4, b'\\x01\\0\\0\\0N')",
    "a message of one part": 'send("value")',
    "a message of no kind": 'send("pardon", 1, ("=", 1), ())',
    "ready again": 'send("ready", 0, (), ())',
    "half a message": "os.write(4, b'\\xff\\0\\0\\0N'); os._exit(0)",
    "a message without end": "os.write(4, b'\\xff\\xff\\xff\\xff')",
    "a flood": "while True: os.write(4, b'x' * 4096)",
    "no value": 'send("value", 1, 3, ())',
    "a value of no kind": 'send("value", 1, ("gift", 1), ())',
    "a type of no name": 'send("value", 1, ("type", "eval"), ())',
    "an object of the test": 'send("value", 1, ("yours", 0), ())',
    "an object of the test before its first": 'send("value", 1, ("yours", -1), ())',
    "an object of a number too large": 'send("value", 1, ("mine", 1 << 30, "object"), ())',
    "an object of a negative number": 'send("value", 1, ("mine", -1, "object"), ())',
    "an object of a number that is none": 'send("value", 1, ("mine", "0", "object"), ())',
    "an object without facts": 'send("value", 1, ("mine", 9), ())',
    "a class of exceptions without a base": 'send("value", 1, ("mine", 9, "exception", "E", ("type", "int")), ())',
    "a class of no name": 'send("value", 1, ("mine", 9, "exception", "\\0", ("type", "ValueError")), ())',
    "a set of lists": 'send("value", 1, ("set", [("=", [])]), ())',
    "a dict of triples": 'send("value", 1, ("dict", [("=", (1, 2, 3))]), ())',
    "a range of strings": 'send("value", 1, ("range", [("=", "a")] * 3), ())',
    "an exception of no class": 'send("raised", 1, "E", ("=", 3)); send("value", 2, ("=", 42.5), ())',
    "an exception that is not packed": 'send("raised", 1, "E", 3)',
    "SystemExit": 'send("raised", 1, "SystemExit", ("type", "SystemExit"))',
    "a question of no kind": 'send("ask", 1, ("getattr", ("=", "a")), ("=", (("b",), {})))',
    "a question about nothing": 'send("ask", 1, "call", ("=", ((), {})))',
    "a question without arguments": 'send("ask", 1, ("call", ("=", 3)), ("=", 3))',
    "a question with arguments of no kind": 'send("ask", 1, ("call", ("=", 3)), ("=", (3, 4)))',
    "a call of what was never given": 'send("ask", 1, ("call", ("yours", 0)), ("=", ((), {})))',
    "a closed link": "os.close(4)",
    "a link that is /dev/null": "os.dup2(os.open('/dev/null', os.O_RDWR), 4)",
}


def test_a_forged_answer_in_turn_is_an_answer_like_any_other(sandbox):
    program = f"{LINK}\ndef solve(x):\n    send('value', 1, ('=', x + 1), ())\n    while True: pass"
    results = sandbox.run([CheckJob(program, "solve", f"def check(f): assert f(1) == {x}") for x in (2, 42)])
    assert [result.outcome for result in results] == [Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("swallows", [False, True])
def test_whatever_is_forged_on_the_link_no_test_passes(sandbox, forgery, swallows):
    program = f"{LINK}\ndef solve(x):\n    {FORGERIES[forgery]}\n    return x"
    check = "def check(candidate):\n    assert [candidate(1), candidate(2)] == [42, 42]"
    if swallows:
        check = """
def check(candidate):
    results = []
    for x in (1, 2, 42):
        try:
            results.append(candidate(x))
        except BaseException:
            results.append(None)
    assert results[:2] == [42, 42]
"""
    (result,) = sandbox.run([CheckJob(program, "solve", check)])
    assert result.outcome in (Outcome.FAILED, Outcome.TIMEOUT), result


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("return f(f)", Outcome.FAILED),
        ("while True: f(1)", Outcome.TIMEOUT),
        ("return [object() for _ in range(1 << 17)]", Outcome.OUT_OF_MEMORY),
        ("return [object() for _ in range(1 << 15)]", Outcome.FAILED),
        ("x = []\n    x.append(x)\n    return x", Outcome.FAILED),
        ("import itertools\n    return itertools.count()", Outcome.TIMEOUT),
        ("import threading\n    [threading.Thread(target=f, args=(n,)).start() for n in range(9)]", Outcome.FAILED),
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
    assert result.outcome is outcome, result


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
    assert result.outcome is Outcome.PASSED


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
    assert result.outcome is Outcome.PASSED, result


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
    assert not {result.outcome for result in results} & {Outcome.PASSED, Outcome.INFRASTRUCTURE_ERROR}, results
