"""Tests that are asserts: what of them is a call on plain data, and what is code."""

import ast
import builtins
from collections import Counter
from collections.abc import Iterable, Sequence

from astor.data.assertions import called_names, check_code, read_call
from astor.data.forms.problem import UnusableError
from astor.data.structure import parse
from astor.records import Call


def statements(tests: Iterable[str]) -> list[ast.stmt]:
    """The statements of tests that are given as texts."""
    try:
        return [statement for test in tests for statement in parse(test.replace("\r\n", "\n")).body]
    except (SyntaxError, ValueError) as error:
        raise UnusableError("its tests are no Python of this version") from error


def asserted_function(tests: Sequence[ast.stmt]) -> str:
    """The function that the tests are about: of those that are no builtins the one that is called most."""
    names = Counter(name for name in called_names(tests) if name not in dir(builtins))
    if not names:
        raise UnusableError("no test calls a function")
    return names.most_common(1)[0][0]


def calls_and_check(tests: Sequence[ast.stmt], entry: str, preamble: str = "") -> tuple[tuple[Call, ...], str | None]:
    """The tests `assert entry(literals) == literal`, and a check of all others, which finds names of `preamble`."""
    calls = [read_call(test, entry) for test in tests]
    others = [test for test, call in zip(tests, calls, strict=True) if call is None]
    found = {call.arguments: call for call in calls if call is not None}
    return tuple(found.values()), check_code(others, entry, preamble) if others else None
