"""`pytest.raises` and `pytest.warns`, as pytest documents them. Standard library only."""

import re
import warnings
from collections.abc import Callable
from typing import Any

from astor.sandbox.inside.pytest_outcomes import Failed

Match = str | re.Pattern[str] | None


class ExceptionInfo:
    """What `raises` gives: of the exception, once it was raised."""

    value: Any = None

    @property
    def type(self) -> Any:
        """Its class."""
        return type(self.value)

    @property
    def typename(self) -> str:
        """Name of its class."""
        return str(self.type.__name__)

    @property
    def tb(self) -> Any:
        """Its traceback."""
        return self.value.__traceback__

    def match(self, regexp: Any) -> bool:
        """True, or an AssertionError where its text doesn't match."""
        text = _text(self.value)
        assert re.search(regexp, text), f"{regexp!r} is not in {text!r}"
        return True

    def errisinstance(self, kind: Any) -> bool:
        """Whether it is of one of these classes."""
        return isinstance(self.value, kind)

    def exconly(self, tryshort: bool = False) -> str:
        """Its class and text."""
        return f"{self.typename}: {self.value}"

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<ExceptionInfo {self.value!r}>"


class Raises:
    """A context that wants an exception of these classes, whose text matches."""

    def __init__(
        self, kinds: Any = BaseException, match: Match = None, check: Callable[[Any], bool] | None = None
    ) -> None:
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                raise TypeError(f"expected an exception type, not {kind!r}")
        if kinds == ():
            raise ValueError("expected an exception type, or several")
        self._kinds, self._match, self._check = kinds, match, check
        self._info = ExceptionInfo()

    def __enter__(self) -> ExceptionInfo:
        return self._info

    def __exit__(self, kind: type[BaseException] | None, error: Any, traceback: Any) -> bool:
        if kind is None:
            raise Failed("it did not raise")
        self._info.value = error
        if not issubclass(kind, self._kinds):
            return False
        if self._match is not None:
            self._info.match(self._match)
        assert self._check is None or self._check(error), "the check of the exception failed"
        return True


def raises(expected_exception: Any = BaseException, *call: Any, **keywords: Any) -> Any:
    """A context; or what was raised by a call, where one is given."""
    if not call:
        return Raises(expected_exception, **keywords)
    with Raises(expected_exception) as info:
        call[0](*call[1:], **keywords)
    return info


class Warns(warnings.catch_warnings):
    """A context that wants a warning of these classes, whose text matches; others are given again at its end."""

    def __init__(self, kinds: Any = Warning, match: Match = None) -> None:
        super().__init__(record=True)
        self._kinds, self._match = kinds, match
        self.list: list[Any] = []

    def __enter__(self) -> "Warns":  # type: ignore[override]
        self.list = super().__enter__()  # type: ignore[assignment]
        warnings.simplefilter("always")
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        super().__exit__(kind, error, traceback)
        if kind is not None:
            return
        if not any(issubclass(each.category, self._kinds) and self._matches(each) for each in self.list):
            raise Failed("it did not warn")

    def _matches(self, warning: Any) -> bool:
        return self._match is None or re.search(self._match, str(warning.message)) is not None

    def __iter__(self) -> Any:
        return iter(self.list)

    def __len__(self) -> int:
        return len(self.list)

    def __getitem__(self, place: int) -> Any:
        return self.list[place]

    def pop(self, category: type[Warning] = Warning) -> Any:
        """The first warning of a class, taken out; AssertionError where there is none."""
        for place, each in enumerate(self.list):
            if issubclass(each.category, category):
                return self.list.pop(place)
        raise AssertionError(f"no warning of {category}")

    def clear(self) -> None:
        """Forget what was recorded."""
        self.list[:] = []


def warns(expected_warning: Any = Warning, *call: Any, match: Match = None, **keywords: Any) -> Any:
    """A context; or what a call gives, where one is given."""
    context = Warns(expected_warning, match)
    if not call:
        return context
    with context:
        return call[0](*call[1:], **keywords)


def deprecated_call(*call: Any, match: Match = None, **keywords: Any) -> Any:
    """As `warns`, of deprecations."""
    return warns((DeprecationWarning, PendingDeprecationWarning, FutureWarning), *call, match=match, **keywords)


def _text(error: BaseException) -> str:
    return "\n".join([str(error), *getattr(error, "__notes__", [])])
