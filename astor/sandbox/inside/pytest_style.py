"""Tests as pytest finds them: `test*` functions, methods of `Test*` classes, and classes of unittest after those.

Functions and methods run in the order of their definition, each method in an instance of its own. A parametrized
function is one test: it passes where all of its cases do, and never without any. Fixtures are those of the module and
of the class; set-up and tear-down functions have pytest's names. Async tests, generators and other fixtures are
refused. Standard library only.
"""

import inspect
import itertools
import sys
from contextlib import ExitStack
from types import FunctionType, ModuleType
from typing import Any

from astor.sandbox.inside.fixtures import Fixtures, around
from astor.sandbox.inside.link import LostError
from astor.sandbox.inside.remote_program import RemoteProgram
from astor.sandbox.inside.tally import Tally
from astor.sandbox.inside.unittest_style import run_unittest


def run_pytest(module: ModuleType, tally: Tally) -> None:
    """Run every test of the module."""
    cases = sys.modules["unittest"].TestCase if "unittest" in sys.modules else ()
    fixtures = Fixtures(module, tally.program)
    shared = _Shared(tally, module, "module")
    for name, value in list(vars(module).items()):
        if isinstance(value, FunctionType) and name.startswith("test"):
            _run(tally, fixtures, value, None, [shared])
        elif isinstance(value, type) and name.startswith("Test") and not issubclass(value, cases):
            of_class = _Shared(tally, value, "class")
            defined = dict.fromkeys(name for base in reversed(value.__mro__) for name in vars(base))
            for method in defined:
                if method.startswith("test") and isinstance(inspect.getattr_static(value, method), FunctionType):
                    _run(tally, fixtures, getattr(value, method), value, [shared, of_class])
            of_class.leave(ExitStack())
    shared.leave(fixtures.shared)
    if cases:
        run_unittest(module, tally)


class _Shared:
    """What a module or class sets up for its tests: at once, so that all of them fail where it fails."""

    def __init__(self, tally: Tally, owner: Any, level: str) -> None:
        self.error: Exception | None = None
        self._tally, self._stack = tally, ExitStack()
        try:
            self._stack.enter_context(around(owner, level, owner))
        except Exception as error:
            self.error = error

    def leave(self, *others: ExitStack) -> None:
        for stack in (*others, self._stack):
            try:
                stack.close()
            except Exception:
                self._tally.fail_shared()


def _run(tally: Tally, fixtures: Fixtures, test: Any, kind: type | None, shared: list[_Shared]) -> None:
    tally.start()
    try:
        for outer in shared:
            if outer.error is not None:
                raise outer.error
        if inspect.iscoroutinefunction(test):
            tally.program.refuse("is an async function")
        if not all(getattr(test, "parametrized", ())):
            if tally.program.link.asked:  # Perhaps for the cases.
                raise AssertionError("it has no cases")
            tally.program.refuse("is parametrized with no cases")
        for case in itertools.product(*getattr(test, "parametrized", ())):
            given = {name: value for part in case for name, value in part.items()}
            _run_case(tally.program, fixtures, test, kind, given)
    except (MemoryError, LostError):
        raise
    except BaseException as error:
        tally.failed(error)
    else:
        tally.passed()


def _run_case(program: RemoteProgram, fixtures: Fixtures, test: Any, kind: type | None, given: dict[str, Any]) -> None:
    owner = kind() if kind else sys.modules[test.__module__]
    function = getattr(owner, test.__name__) if kind else test
    with (
        around(owner, "method" if kind else "function", function),
        fixtures.arguments(function, owner, given) as values,
    ):
        program.ran(function(**values))
