"""Tests that can't be used, and programs that would have them given up."""

import pytest
from stack_program import PROGRAM, judged

from astor.errors import UserError
from astor.sandbox import CheckJob, Ending


@pytest.mark.parametrize(
    ("style", "test", "why"),
    [
        ("unittest", "import unittest", "no test"),
        ("unittest", "import unittest\nclass T(unittest.TestCase):\n    test_one = None", "no test"),
        (
            "unittest",
            "import unittest\nclass T(unittest.TestCase):\n    def test_one(self): self.skipTest('')",
            "no test",
        ),
        ("pytest", "def check(): pass", "no test"),
        ("pytest", "def test_one(:", "SyntaxError"),
        ("pytest", "from solution import Stack\nimport nowhere", "ModuleNotFoundError"),
        ("pytest", "import pytest\n@pytest.mark.skip\ndef test_one(): pass", "no test"),
        ("pytest", "import pytest\n@pytest.mark.xfail\ndef test_one(): assert False", "no test"),
        ("pytest", "import pytest\ndef test_one(): pytest.skip()", "no test"),
        ("pytest", "import pytest\ndef test_one(): pytest.main()", "pytest.main"),
        ("pytest", "def test_one(tmp_path): pass", "'tmp_path'"),
        ("pytest", "async def test_one(): pass", "async function"),
        ("pytest", "async def body(): assert False\ndef test_one(): return body()", "async function"),
        ("pytest", "def test_one():\n    yield False", "generator"),
        (
            "pytest",
            "import pytest\n@pytest.fixture\nasync def it(): pass\ndef test_one(it): assert it",
            "async function",
        ),
        ("pytest", "import pytest\n@pytest.mark.parametrize('a', [])\ndef test_one(a): pass", "no cases"),
        (
            "unittest",
            "import unittest\nclass T(unittest.TestCase):\n    async def test_one(self): pass",
            "async function",
        ),
        ("unittest", "import unittest\nclass T(unittest.TestCase):\n    def test_one(self): yield", "generator"),
        (
            "unittest",
            "import unittest\nclass T(unittest.IsolatedAsyncioTestCase):\n    async def test_one(self): yield",
            "generator",
        ),
        ("check", "async def check(candidate): assert False", "async function"),
        ("check", "def check(candidate): yield False", "generator"),
        (
            "unittest",
            "import unittest\nclass T(unittest.TestCase):\n    def test_one(self): self.assertLogs()",
            "logs",
        ),
    ],
)
def test_a_test_that_cannot_be_used_is_our_fault(sandbox, style, test, why):
    (result,) = sandbox.run([CheckJob(PROGRAM, "Stack", test, style=style)])
    assert result.ending is Ending.INFRASTRUCTURE_ERROR, result
    assert why in result.detail
    assert result.claims == ()
    assert result.refused == (why not in ("no test", "SyntaxError", "ModuleNotFoundError"))


@pytest.mark.parametrize("way", ["skip", "xfail", "exit"])
def test_a_program_cannot_have_a_test_of_pytest_given_up(sandbox, way):
    test = f"import pytest\ndef test_one():\n    if f(1) != 2: pytest.{way}('so')\ndef test_two(): pass"
    assert judged(sandbox, "pytest", test, "def f(x): return 2", "f") == (Ending.FINISHED, [True, True])
    assert judged(sandbox, "pytest", test, "def f(x): return 3", "f") == (Ending.FAILED, ["AssertionError", True])


def test_cases_that_the_program_has_not_are_its_failure(sandbox):
    test = "import pytest, solution\n@pytest.mark.parametrize('a', solution.CASES)\ndef test_one(a): assert a"
    for cases, claim in (("[1]", True), ("[]", "AssertionError"), ("iter([])", "AssertionError")):
        ending = Ending.FINISHED if claim is True else Ending.FAILED
        program = f"CASES = {cases}\ndef f(): pass"
        assert judged(sandbox, "pytest", test, program, "f") == (ending, [claim])


def test_a_coroutine_of_the_program_may_be_returned(sandbox):
    test = "def test_one(): return f(1)\n"
    assert judged(sandbox, "pytest", test, "async def f(x): pass", "f") == (Ending.FINISHED, [True])


def test_another_style_is_a_user_error(sandbox):
    with pytest.raises(UserError, match="no style of tests 'nose'"):
        sandbox.run([CheckJob(PROGRAM, "Stack", "", style="nose")])


def test_a_program_without_the_names_of_the_test_has_failed(sandbox):
    for test in ("from solution import Queue\ndef test(): pass", "import solution\ndef test(): solution.Queue()"):
        (result,) = sandbox.run([CheckJob(PROGRAM, "Stack", test, style="pytest")])
        assert result.ending is Ending.FAILED


def test_what_was_claimed_before_the_program_was_lost_stays(sandbox):
    test = "def test_a(): assert f(1) == 1\ndef test_b(): f(2)\ndef test_c(): f(3)\n"
    program = "import os\ndef f(x):\n    if x == 2: os._exit(0)\n    while x == 3: pass\n    return x"
    assert judged(sandbox, "pytest", test, program, "f") == (Ending.FAILED, [True])
    assert judged(sandbox, "pytest", test.replace("f(2)", "f(3)"), program, "f") == (Ending.TIMEOUT, [True])
