# ruff: noqa: N802, N815 -- the names are those of unittest.
"""Tests as classes of `unittest`, run by its own suite in the order of their definition. Standard library only.

`unittest` is imported where it is used: the zygote stays lean.
"""

import sys
from types import ModuleType
from typing import Any

from astor.sandbox.inside.tally import Tally


def run_unittest(module: ModuleType, tally: Tally) -> None:
    """Run every TestCase of the module. Refused are to ask for what the program logs, which doesn't cross, and a test
    that unittest would not run through: an async one of no IsolatedAsyncioTestCase, or a generator.
    """
    import unittest

    def refuse(*_: Any, **__: Any) -> None:
        tally.program.refuse("asks for what the program logs")

    def call(case: Any, method: Any) -> None:
        tally.program.ran(method())

    def call_async(case: Any, method: Any) -> None:
        tally.program.ran(case._callMaybeAsync(method))

    unittest.TestCase.assertLogs = unittest.TestCase.assertNoLogs = refuse  # type: ignore[method-assign, assignment]
    unittest.TestCase._callTestMethod = call  # type: ignore[attr-defined]
    if "unittest.async_case" in sys.modules:
        unittest.IsolatedAsyncioTestCase._callTestMethod = call_async  # type: ignore[attr-defined]
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, unittest.TestCase)]
    tests = [kind(name) for kind in dict.fromkeys(kinds) for name in _names(kind)]
    result = _Result(tests, tally)
    unittest.TestSuite(tests).run(result)  # type: ignore[arg-type]
    result.account_for(len(tests))


def _names(kind: type) -> list[str]:
    import unittest

    defined = [name for base in reversed(kind.__mro__) for name in vars(base)]
    return sorted(unittest.defaultTestLoader.getTestCaseNames(kind), key=defined.index)


class _Result:
    """What a suite of unittest tells of its tests, as a tally."""

    shouldStop = False
    failfast = False
    buffer = False
    tb_locals = False

    def __init__(self, tests: list[Any], tally: Tally) -> None:
        self._tests, self._tally = tests[:], tally
        self._done = 0
        self._started = False
        self._says = ""
        self._error: BaseException | None = None
        self._shared: BaseException | None = None
        """Why tests were never started: their class or module could not be set up. None: it skipped them."""

    def startTest(self, test: Any) -> None:
        self.account_for(self._tests.index(test, self._done))
        self._started, self._says, self._error = True, "", None
        self._tally.start()

    def stopTest(self, test: Any) -> None:
        self._started = False
        self._done += 1
        if self._error is None and self._says == "passed":
            self._tally.passed()
        elif self._error is None and self._says == "skipped":
            self._tally.skipped()
        else:
            self._tally.failed(self._error)
        self._says = ""

    def account_for(self, number: int) -> None:
        """Say of the tests up to this one what those came to that never started."""
        for _ in range(self._done, number):
            self._tally.start()
            self._tally.failed(self._shared) if self._shared else self._tally.skipped()
        self._done = number

    def addSuccess(self, test: Any) -> None:
        self._says = self._says or "passed"

    def addSkip(self, test: Any, reason: str) -> None:
        if not hasattr(test, "_testMethodName") and not hasattr(test, "test_case"):
            self._shared = None
        elif not self._started:  # Python 3.12.1 does not start a test that is skipped, but stops it.
            self.startTest(test)
        self._says = "skipped"

    def addError(self, test: Any, info: tuple[Any, BaseException, Any]) -> None:
        if not hasattr(test, "_testMethodName"):
            self._shared = info[1]
            self._tally.fail_shared()
        self._error = self._error or info[1]

    addFailure = addError

    def addSubTest(self, test: Any, subtest: Any, info: tuple[Any, BaseException, Any] | None) -> None:
        if info is not None:
            self._error = self._error or info[1]

    def addExpectedFailure(self, test: Any, info: Any) -> None:
        self._says = "passed"

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._says = "failed"
