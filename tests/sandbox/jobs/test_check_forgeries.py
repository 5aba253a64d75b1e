"""Whatever a program writes on the link to its test, no test passes by it."""

import pytest

from astor.sandbox import CheckJob, Ending

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
    assert [result.ending for result in results] == [Ending.FINISHED, Ending.FAILED]


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
    assert result.ending in (Ending.FAILED, Ending.TIMEOUT), result
