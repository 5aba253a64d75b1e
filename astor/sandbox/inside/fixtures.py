"""Fixtures, set-up and tear-down of tests in the style of pytest. Standard library only."""

import inspect
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from astor.sandbox.inside.pytest_marks import Case, cases_of_fixture
from astor.sandbox.inside.pytest_outcomes import Failed
from astor.sandbox.inside.remote_program import RemoteProgram

SCOPES = ("function", "class", "module", "package", "session")


class Fixture:
    """A function that makes what tests ask for by its name. Of wider scopes than a function's, it makes it once."""

    def __init__(
        self, function: Callable[..., Any], name: str, scope: str, autouse: bool, params: Sequence[Any] | None
    ) -> None:
        self.function, self.name, self.scope, self.autouse = function, name, scope, autouse
        self.params = params

    def __get__(self, instance: Any, owner: type) -> "Fixture":
        if instance is None:
            return self
        bound = self.function.__get__(instance)
        return Fixture(bound, self.name, self.scope, self.autouse, self.params)


def fixture(
    function: Any = None,
    *,
    scope: str = "function",
    params: Any = None,
    autouse: bool = False,
    ids: Any = None,
    name: str = "",
) -> Any:
    """What a test finds as `pytest.fixture`."""
    if function is None:
        return lambda function: fixture(function, scope=scope, params=params, autouse=autouse, name=name)
    return Fixture(function, name or function.__name__, scope, autouse, None if params is None else list(params))


class Fixtures:
    """Makes the values that test functions of one module ask for by name."""

    def __init__(self, module: Any, program: RemoteProgram, builtin: Mapping[str, Fixture]) -> None:
        self.module, self.program, self.builtin = module, program, builtin
        self.made: dict[Any, Any] = {}
        self._stacks: dict[Any, ExitStack] = {}

    def found(self, owner: Any) -> dict[str, list[Fixture]]:
        """Fixtures by name that a test of a module or an instance finds, those that it overrides before."""
        found: dict[str, list[Fixture]] = {name: [each] for name, each in self.builtin.items()}
        for place in (self.module, owner) if owner is not self.module else (owner,):
            for name in dir(place):
                if isinstance(each := getattr(place, name, None), Fixture):
                    found.setdefault(each.name, []).append(each)
        return found

    def stack_of(self, scope: str, kind: type | None) -> ExitStack:
        """Tears down what was made for a class, or for the module."""
        return self._stacks.setdefault(kind if scope == "class" else None, ExitStack())

    def cases(
        self, function: Callable[..., Any], owner: Any, used: Sequence[str], given: Collection[str]
    ) -> list[list[Case]]:
        """The cases of each fixture with parameters that a test needs; names that are `given` are no fixtures."""
        found, needed = self.found(owner), list[list[Case]]()
        waiting, seen = [*_autouse(found), *used, *wanted(function)], set(given)
        while waiting:
            name = waiting.pop()
            if name in seen or name not in found:
                continue
            seen.add(name)
            for each in found[name]:
                waiting.extend(wanted(each.function))
            if (params := found[name][-1].params) is not None:
                needed.append(cases_of_fixture(name, params))
        return needed

    @contextmanager
    def arguments(
        self,
        function: Callable[..., Any],
        owner: Any,
        used: Sequence[str],
        given: Mapping[str, Any],
        params: Mapping[str, tuple[int, Any]],
    ) -> Iterator[dict[str, Any]]:
        """The arguments of one test function, torn down at the end."""
        with ExitStack() as stack:
            setup = Setup(self, function, owner, dict(given), params, stack)
            first = [name for name in (*_autouse(setup.found), *used) if name not in given]
            for name in sorted(first, key=setup.scope_of):
                setup.value(name)
            yield {name: setup.value(name) for name in wanted(function)}


class Setup:
    """The fixtures of one test function."""

    def __init__(
        self,
        fixtures: Fixtures,
        function: Callable[..., Any],
        owner: Any,
        values: dict[Any, Any],
        params: Mapping[str, tuple[int, Any]],
        stack: ExitStack,
    ) -> None:
        self.fixtures, self.function, self.owner, self.params = fixtures, function, owner, params
        self.found = fixtures.found(owner)
        self.kind = None if owner is fixtures.module else type(owner)
        self._values, self._stack = values, stack

    def scope_of(self, name: str) -> int:
        """How narrow the scope of a fixture is: wider ones are made first."""
        return -SCOPES.index(self.found[name][-1].scope) if name in self.found else 0

    def value(self, name: str, below: int | None = None, asking: "Request | None" = None) -> Any:
        """The value of a name; of one that an overriding fixture asks for, that `below` it."""
        if name == "request":
            return asking or Request(self, self._stack)
        if below is None and name in self._values:
            return self._values[name]
        levels = self.found.get(name, [])
        place = (len(levels) if below is None else below) - 1
        if place < 0:
            self.fixtures.program.refuse(f"wants a fixture {ascii(name)[:50]}, which is not offered")
        each = levels[place]
        made, key = (self._values, name) if below is None else (self._values, (name, place))
        stack = self._stack
        if each.scope != "function":
            function = getattr(each.function, "__func__", each.function)
            key = (function, self.kind if each.scope == "class" else None, self.params.get(name, (None,))[0])  # type: ignore[assignment]
            made, stack = self.fixtures.made, self.fixtures.stack_of(each.scope, self.kind)
        if key not in made:
            made[key] = self._make(each, place, stack)
        return made[key]

    def _make(self, each: Fixture, place: int, stack: ExitStack) -> Any:
        request = Request(self, stack, each.name, each.scope)
        if each.name in self.params:
            request.param = self.params[each.name][1]
        names = wanted(each.function)
        value = each.function(
            **{name: self.value(name, place if name == each.name else None, request) for name in names}
        )
        if inspect.isgenerator(value):
            stack.callback(_finish, value)
            for made in value:
                return made
            raise Failed("a fixture did not yield a value")
        return self.fixtures.program.ran(value)


class Request:
    """What a fixture, or a test, finds as `request`."""

    param: Any

    def __init__(self, setup: Setup, stack: ExitStack, fixturename: str = "", scope: str = "function") -> None:
        self._setup, self._stack = setup, stack
        self.fixturename, self.scope = fixturename, scope
        self.function, self.module, self.cls = setup.function, setup.fixtures.module, setup.kind
        self.instance = setup.owner if setup.kind else None
        self.node = self
        self.name = self.originalname = setup.function.__name__

    def getfixturevalue(self, argname: str) -> Any:
        """The value of a fixture by its name."""
        return self._setup.value(argname)

    def addfinalizer(self, finalizer: Callable[[], Any]) -> None:
        """Call a function at the end of the fixture's scope."""
        self._stack.callback(finalizer)

    def __getattr__(self, name: str) -> Any:
        if name == "param" or name.startswith("__"):
            raise AttributeError(name)
        self._setup.fixtures.program.refuse(f"wants request.{ascii(name)[1:-1][:50]}, which is not offered")


def _finish(fixture: Iterator[Any]) -> None:
    """Run what comes after a fixture's `yield`; it never sees what the test has raised."""
    for _ in fixture:
        raise Failed("a fixture yields twice")


def _autouse(found: Mapping[str, list[Fixture]]) -> list[str]:
    return [name for name, levels in found.items() if levels[-1].autouse]


def wanted(function: Callable[..., Any]) -> list[str]:
    """Names that a function asks for: arguments without a default, but for those that `mock.patch` gives."""
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    names = [each.name for each in parameters if each.kind in kinds and each.default is each.empty]
    mock = sys.modules.get("unittest.mock")
    patches = [each for each in getattr(function, "patchings", []) if each.attribute_name is None]
    return names[sum(each.new is mock.DEFAULT for each in patches) if mock else 0 :]


@contextmanager
def around(owner: Any, level: str, *arguments: Any) -> Iterator[None]:
    """Call the owner's `setup_LEVEL` before and its `teardown_LEVEL` after, with those arguments that they take."""
    for name in ("setup", "teardown"):
        function = getattr(owner, f"{name}_{level}", None)
        if function is not None:
            function(*arguments[: len(inspect.signature(function).parameters)])
        if name == "setup":
            yield
