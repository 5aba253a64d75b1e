"""Ints of more than 4300 decimal digits, which CPython neither reads nor writes unless it is told to."""

import pytest

from astor.sandbox import CallsJob, CheckJob, Claim, Ending, GeneratedTestsJob, StdinJob

LONG = 10**5000 + 7
DIGITS = "1" + "0" * 4999 + "7"
TEXTS = """
def solve(x):
    text = str(x)
    assert int(text) == x and eval(text) == x and repr([x]) == '[' + text + ']'
    return text
"""


def test_programs_read_and_write_them(sandbox):
    jobs = [
        CallsJob("def solve(x): return x + 7", "solve", ((10**5000,),)),
        CallsJob(TEXTS, "solve", ((LONG,),)),
        CallsJob(f"def solve(): return {DIGITS}", "solve", ((),)),
        StdinJob("import json\nx = int(input())\nprint(x)\nprint(json.loads(json.dumps([x]))[0] - 7)", (DIGITS,)),
    ]
    results = sandbox.run(jobs)
    assert [result.ending for result in results] == [Ending.FINISHED] * 4
    values = [result.claims[0].value for result in results]
    assert values == [LONG, DIGITS, LONG, f"{DIGITS}\n{DIGITS[:-1]}0\n"]


@pytest.mark.parametrize("style", ["check", "pytest"])
def test_tests_compare_them(sandbox, style):
    head = "def check(solve):" if style == "check" else "def test_it():"
    body = f"{head}\n    assert solve(7) == {DIGITS} == int('{DIGITS}')\n    assert str(solve(7)) == '{DIGITS}'"
    right, wrong = sandbox.run(
        [CheckJob(f"def solve(x): return 10 ** 5000 + {x}", "solve", body, style) for x in ("x", "x + 1")]
    )
    assert (right.ending, wrong.ending) == (Ending.FINISHED, Ending.FAILED)


def test_generated_tests_tell_them_apart(sandbox):
    reference, mutant = ("def f(x):\n    return 10 ** 5000 + x", "def f(x):\n    return 10 ** 5000 - x")
    (result,) = sandbox.run([GeneratedTestsJob(f"assert f(7) == {DIGITS}", "f", reference, (mutant,))])
    assert (result.ending, result.claims[0].value["killed"]) == (Ending.FINISHED, 1)


def test_what_takes_too_long_ends_the_program_alone(sandbox):
    slow, large = sandbox.run(
        [
            CallsJob("def f(): return str(1 << 40_000_000)[:9]", "f", ((),)),
            CallsJob("def f(): return 1 << 100_000_000", "f", ((),)),
        ]
    )
    assert (slow.ending, large.ending) == (Ending.TIMEOUT, Ending.FAILED)
    assert Claim("value", 1) not in (*slow.claims, *large.claims)
