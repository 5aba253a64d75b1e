"""Tests as pytest finds them: `test*` functions, methods of `Test*` classes, and classes of unittest after those.

Functions and methods run in the order of their definition, each method in an instance of its own. A parametrized
function is one test: it passes where all of its cases do, and never without any. Fixtures are those of the module, of
the class, and `builtin_fixtures`; set-up and tear-down functions have pytest's names. Async tests run where they are
marked as those of pytest-asyncio or anyio are; other async tests, generators and other fixtures are refused. Standard
library only.
"""

import inspect
import itertools
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from astor.sandbox.inside.builtin_fixtures import builtin_fixtures
from astor.sandbox.inside.fixtures import Fixtures, around
from astor.sandbox.inside.link import LostError
from astor.sandbox.inside.pytest_marks import Mark, cases_of, is_skipped, marks_of, xfail_of
from astor.sandbox.inside.pytest_outcomes import Failed, Outcome, Skipped
from astor.sandbox.inside.tally import Tally
from astor.sandbox.inside.unittest_style import run_unittest

_ASYNC = frozenset({"asyncio", "anyio", "trio"})


def run_pytest(module: ModuleType, tally: Tally) -> None:
    """Run every test of the module."""
    cases = sys.modules["unittest"].TestCase if "unittest" in sys.modules else ()
    session = _Session(module, tally, Fixtures(module, tally.program, builtin_fixtures(tally.program)))
    shared = _Shared(tally, module, "module")
    for name, value in list(vars(module).items()):
        if isinstance(value, FunctionType) and name.startswith("test") and getattr(value, "__test__", True):
            session.run(value, None, [shared])
        elif _is_test_class(name, value) and not issubclass(value, cases):
            session.run_class(value, [shared])
    shared.leave(session.fixtures.stack_of("module", None))
    if cases:
        run_unittest(module, tally)


def _is_test_class(name: str, value: Any) -> bool:
    """Whether pytest would look for tests in it: not where it has an `__init__` of its own."""
    if not (isinstance(value, type) and name.startswith("Test") and getattr(value, "__test__", True)):
        return False
    return value.__init__ is object.__init__ and value.__new__ is object.__new__  # type: ignore[misc, comparison-overlap]


class _Shared:
    """What a module or class sets up for its tests: at once, so that all of them fail where it fails."""

    def __init__(self, tally: Tally, owner: Any, level: str) -> None:
        self.error: BaseException | None = None
        self._tally, self._stack = tally, ExitStack()
        try:
            self._stack.enter_context(around(owner, level, owner))
        except (Exception, Outcome) as error:
            self.error = error

    def leave(self, *others: ExitStack) -> None:
        for stack in (*others, self._stack):
            try:
                stack.close()
            except Exception:
                self._tally.fail_shared()


@dataclass(frozen=True)
class _Session:
    """The tests of a module."""

    module: ModuleType
    tally: Tally
    fixtures: Fixtures

    def run_class(self, kind: type, shared: list[_Shared]) -> None:
        """Run the methods of a class, and the classes within it."""
        of_class = _Shared(self.tally, kind, "class")
        for name in dict.fromkeys(name for base in reversed(kind.__mro__) for name in vars(base)):
            value = inspect.getattr_static(kind, name)
            if name.startswith("test") and isinstance(value, FunctionType | staticmethod | classmethod):
                self.run(getattr(kind, name), kind, [*shared, of_class])
            elif _is_test_class(name, value):
                self.run_class(value, [*shared, of_class])
        of_class.leave(self.fixtures.stack_of("class", kind))

    def run(self, test: Any, kind: type | None, shared: list[_Shared]) -> None:
        """Run one test, all its cases, and say what it came to."""
        self.tally.start()
        try:
            ends = self._run_cases(test, kind, shared)
        except (MemoryError, LostError):
            raise
        except Skipped:
            self.tally.skipped()
        except Outcome:
            self.tally.failed(None)
        except BaseException as error:
            self.tally.failed(error)
        else:
            self.tally.passed() if True in ends else self.tally.set_aside()

    def _run_cases(self, test: Any, kind: type | None, shared: list[_Shared]) -> set[bool]:
        """What the cases came to that have not failed: True where one passed, False where it says nothing."""
        marks = marks_of(self.module, kind, test)
        if is_skipped(marks, vars(self.module)):
            return {False}
        for outer in shared:
            if outer.error is not None:
                raise outer.error
        if inspect.iscoroutinefunction(test) and not any(mark.name in _ASYNC for mark in marks):
            self.tally.program.refuse("is an async function")
        cases = cases_of(marks)
        if not all(cases):
            if self.tally.program.consulted and not self.tally.believes:  # Perhaps for the cases.
                raise AssertionError("it has no cases")
            self.tally.program.refuse("is parametrized with no cases")
        used = [name for mark in marks if mark.name == "usefixtures" for name in mark.args]
        given = {name for part in cases for name in (*part[0].given, *part[0].indirect)}
        owner = kind() if kind else self.module
        function = getattr(owner, test.__name__) if kind else test
        ends = set()
        for parts in itertools.product(*cases, *self.fixtures.cases(function, owner, used, given)):
            values = {name: value for part in parts for name, value in part.given.items()}
            params = {name: value for part in parts for name, value in part.indirect.items()}
            extra = [mark for part in parts for mark in part.marks]
            ends.add(self._run_case(_Chosen(test, kind, [*extra, *marks], used, values, params)))
        return ends

    def _run_case(self, case: "_Chosen") -> bool:
        """Whether it passed, or may not say so; raises what it raises."""
        names = vars(self.module)
        expected = xfail_of(case.marks, names)
        if is_skipped(case.marks, names) or (expected and not expected.run):
            return False
        asked = self.tally.program.link.asked
        try:
            self._call(case)
        except (MemoryError, LostError):
            raise
        except Skipped as skipped:
            if self.tally.program.link.asked > asked and not self.tally.believes:
                # Else a program could have it skip what it would fail.
                raise Failed("it has skipped itself after it had asked the program") from skipped
            return False
        except BaseException as error:
            if expected is None or not expected.expects(error):
                raise
            return expected.strict
        if expected is not None and expected.strict:
            raise Failed("it was expected to fail")
        return expected is None

    def _call(self, case: "_Chosen") -> None:
        owner = case.kind() if case.kind else self.module
        function = getattr(owner, case.test.__name__) if case.kind else case.test
        with (
            around(owner, "method" if case.kind else "function", function),
            self.fixtures.arguments(function, owner, case.used, case.given, case.params) as values,
        ):
            returned = function(**values)
            if inspect.iscoroutinefunction(function):
                import asyncio

                returned = asyncio.run(returned)
            self.tally.program.ran(returned)


@dataclass(frozen=True)
class _Chosen:
    """One case of a test."""

    test: Any
    kind: type | None
    marks: list[Mark]
    used: list[str]
    given: dict[str, Any]
    params: dict[str, tuple[int, Any]]
