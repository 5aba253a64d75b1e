"""What a test finds as `pytest`: `raises`, `approx`, `fixture`, `mark.parametrize` and `fail`, each as pytest documents
it, and nothing else. Asking for anything else is refused, but for what gives a test up: where the program may have
brought that about, it is at fault. Standard library only.
"""

import math
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from astor.sandbox.inside.handle import Handle

Refuse = Callable[[str], Any]

_GIVE_UP = frozenset({"skip", "xfail", "exit"})


class Fixture:
    """A function that makes what tests ask for by its name. Wider scopes than a function's make it once."""

    def __init__(self, function: Callable[..., Any], name: str, once: bool, autouse: bool) -> None:
        self.function, self.name, self.once, self.autouse = function, name, once, autouse

    def __get__(self, instance: Any, owner: type) -> "Fixture":
        return (
            self if instance is None else Fixture(self.function.__get__(instance), self.name, self.once, self.autouse)
        )


class Raised:
    """What `raises` gives: `value` and `type` of the exception, once it was raised."""

    value: Any = None

    @property
    def type(self) -> Any:
        """Class of the exception."""
        return type(self.value)


class Raises:
    """A context that wants an exception of these classes."""

    def __init__(self, kinds: Any) -> None:
        self._kinds = kinds
        self._raised = Raised()

    def __enter__(self) -> Raised:
        return self._raised

    def __exit__(self, kind: type[BaseException] | None, error: Any, traceback: Any) -> bool:
        if kind is None:
            raise AssertionError("it did not raise")
        self._raised.value = error
        return issubclass(kind, self._kinds)


class Approx:
    """Equals numbers near its own; lists, tuples and dicts of such. Tolerances as pytest's: 1e-6 of it, or 1e-12."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, expected: Any, rel: float | None = None, abs: float | None = None, nan_ok: bool = False) -> None:
        self._expected, self._rel, self._abs, self._nan_ok = expected, rel, abs, nan_ok

    def __eq__(self, actual: object) -> bool:
        return self._near(actual, self._expected, 2)

    def _near(self, actual: Any, expected: Any, depth: int) -> bool:
        if isinstance(actual, Handle):
            return False
        if isinstance(expected, list | tuple | dict) and depth:
            if type(actual) is not type(expected) or len(actual) != len(expected):
                return False
            if isinstance(expected, dict):
                return all(key in actual and self._near(actual[key], expected[key], depth - 1) for key in expected)
            return all(self._near(*pair, depth - 1) for pair in zip(actual, expected, strict=True))
        numbers = (int, float, complex)
        if isinstance(expected, bool) or not isinstance(expected, numbers) or not isinstance(actual, numbers):
            return bool(actual == expected)
        return self._near_number(actual, expected)

    def _near_number(self, actual: Any, expected: Any) -> bool:
        if actual == expected:
            return True
        if expected != expected:
            return self._nan_ok and actual != actual
        if math.isinf(abs(expected)):
            return False
        relative = 0.0 if self._abs is not None and self._rel is None else self._rel if self._rel is not None else 1e-6
        return bool(abs(actual - expected) <= max(relative * abs(expected), 1e-12 if self._abs is None else self._abs))


class _Offered(ModuleType):
    def __init__(self, name: str, refuse: Refuse, give_up: Refuse, **offered: Any) -> None:
        super().__init__(name)
        self.__dict__.update(offered, _refuse=refuse, _give_up=give_up)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse = self._give_up if name in _GIVE_UP else self._refuse
        refuse(f"wants {self.__name__}.{ascii(name)[1:-1][:50]}, which is not offered")


def offer_pytest(refuse: Refuse, give_up: Refuse | None = None) -> ModuleType:
    """The module; `refuse` raises, and so does `give_up`, for what gives a test up: else that is refused as well."""

    def raises(kinds: Any, *call: Any, match: Any = None, **keywords: Any) -> Any:
        if match is not None:
            refuse("asks for the message of an exception")
        context = Raises(kinds)
        if not call:
            return context
        with context as raised:
            call[0](*call[1:], **keywords)
        return raised

    def fixture(
        function: Any = None, *, scope: str = "function", autouse: bool = False, name: str = "", **others: Any
    ) -> Any:
        if others or scope not in ("function", "class", "module", "package", "session"):
            refuse("wants a kind of pytest.fixture that is not offered")
        if function is None:
            return lambda function: fixture(function, scope=scope, autouse=autouse, name=name)
        return Fixture(function, name or function.__name__, scope != "function", autouse)

    def parametrize(names: str | Iterable[str], values: Iterable[Any], *, ids: Any = None, **others: Any) -> Any:
        if others:
            refuse("wants a kind of pytest.mark.parametrize that is not offered")
        split = [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else list(names)
        single = isinstance(names, str) and len(split) == 1
        cases = [dict(zip(split, (value,) if single else value, strict=True)) for value in values]

        def mark(function: Any) -> Any:
            function.parametrized = [*getattr(function, "parametrized", ()), cases]
            return function

        return mark

    def fail(reason: str = "", **_: Any) -> None:
        raise AssertionError(reason)

    mark = _Offered("pytest.mark", refuse, refuse, parametrize=parametrize)
    return _Offered(
        "pytest", refuse, give_up or refuse, raises=raises, approx=Approx, fixture=fixture, mark=mark, fail=fail
    )
