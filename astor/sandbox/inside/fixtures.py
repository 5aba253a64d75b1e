"""Fixtures, set-up and tear-down of tests in the style of pytest. Standard library only."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from astor.sandbox.inside.pytest_offer import Fixture
from astor.sandbox.inside.remote_program import RemoteProgram


class Fixtures:
    """Makes the values that test functions of one module ask for by name."""

    def __init__(self, module: Any, program: RemoteProgram) -> None:
        self.shared = ExitStack()
        """Tears down fixtures of wider scope than a function's: they are made once."""
        self._made: dict[Callable[..., Any], Any] = {}
        self._module, self._program = module, program

    @contextmanager
    def arguments(self, function: Callable[..., Any], owner: Any, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The arguments of one test function, torn down at the end. Those `given` are no fixtures."""
        found = {**_fixtures(self._module), **_fixtures(owner)}
        values = dict(given)
        with ExitStack() as stack:
            for name, fixture in found.items():
                if fixture.autouse:
                    self._value(name, found, values, stack)
            yield {name: self._value(name, found, values, stack) for name in inspect.signature(function).parameters}

    def _value(self, name: str, found: dict[str, Fixture], values: dict[str, Any], stack: ExitStack) -> Any:
        if name in values:
            return values[name]
        if name not in found:
            self._program.refuse(f"wants a fixture {ascii(name)[:50]}, which is not offered")
        fixture = found[name]
        if fixture.function not in self._made:
            stack = self.shared if fixture.once else stack
            wanted = inspect.signature(fixture.function).parameters
            values[name] = fixture.function(**{each: self._value(each, found, values, stack) for each in wanted})
            if inspect.isgenerator(values[name]):
                values[name] = stack.enter_context(contextmanager(lambda made: made)(values[name]))
            else:
                self._program.ran(values[name])
            if not fixture.once:
                return values[name]
            self._made[fixture.function] = values[name]
        return self._made[fixture.function]


@contextmanager
def around(owner: Any, level: str, *arguments: Any) -> Iterator[None]:
    """Call the owner's `setup_LEVEL` before and its `teardown_LEVEL` after, with those arguments that they take."""
    for name in ("setup", "teardown"):
        function = getattr(owner, f"{name}_{level}", None)
        if function is not None:
            function(*arguments[: len(inspect.signature(function).parameters)])
        if name == "setup":
            yield


def _fixtures(owner: Any) -> dict[str, Fixture]:
    found = (getattr(owner, name) for name in dir(owner))
    return {fixture.name: fixture for fixture in found if isinstance(fixture, Fixture)}
