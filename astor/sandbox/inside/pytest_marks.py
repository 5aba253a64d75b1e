"""`pytest.mark` and `pytest.param`, and what the marks of a test ask for. Marks of other names are of no effect.

Standard library only.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from astor.sandbox.inside.pytest_outcomes import Failed


@dataclass(frozen=True)
class Mark:
    """A mark by its name, which marks what it is called with, or takes arguments first."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and (inspect.isfunction(args[0]) or inspect.isclass(args[0])):
            marked: Any = args[0]
            marked.pytestmark = [*_own(marked), self]
            return marked
        return self.with_args(*args, **kwargs)

    def with_args(self, *args: Any, **kwargs: Any) -> "Mark":
        """The mark with more arguments."""
        return Mark(self.name, self.args + args, {**self.kwargs, **kwargs})


class Marks:
    """What a test finds as `pytest.mark`."""

    def __getattr__(self, name: str) -> Mark:
        if name.startswith("_"):
            raise AttributeError(name)
        return Mark(name)


@dataclass(frozen=True)
class Param:
    """Values of one case, with marks of its own."""

    values: tuple[Any, ...]
    marks: tuple[Mark, ...] = ()
    id: str | None = None


def param(*values: Any, marks: Any = (), id: str | None = None) -> Param:
    return Param(values, tuple([marks] if isinstance(marks, Mark) else marks), id)


@dataclass(frozen=True)
class Case:
    """What `parametrize` gives a test once: arguments, parameters of fixtures with their numbers, and marks."""

    given: Mapping[str, Any] = field(default_factory=dict)
    indirect: Mapping[str, tuple[int, Any]] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()


def marks_of(module: Any, kind: type | None, function: Callable[..., Any]) -> list[Mark]:
    """Marks of a test function, its class and its module, the nearest first."""
    classes = [base for base in kind.__mro__ if "pytestmark" in vars(base)] if kind else []
    return [mark for owner in (function, *classes, module) for mark in _own(owner)]


def _own(owner: Any) -> list[Mark]:
    found = vars(owner).get("pytestmark", []) if hasattr(owner, "__dict__") else []
    return [found] if isinstance(found, Mark) else list(found)


def cases_of(marks: Iterable[Mark]) -> list[list[Case]]:
    """The cases of each `parametrize` among the marks. TypeError and ValueError as in pytest, which runs none then."""
    return [_cases(*mark.args, **mark.kwargs) for mark in marks if mark.name == "parametrize"]


def _cases(
    argnames: str | Iterable[str],
    argvalues: Iterable[Any],
    indirect: Any = False,
    ids: Any = None,
    scope: Any = None,
) -> list[Case]:
    is_text = isinstance(argnames, str)
    names = [name.strip() for name in argnames.split(",") if name.strip()] if is_text else list(argnames)  # type: ignore[union-attr]
    through = set(names) if indirect is True else set(indirect or ())
    cases = []
    for number, value in enumerate(argvalues):
        each = value if isinstance(value, Param) else Param((value,) if len(names) == 1 else tuple(value))
        values = dict(zip(names, each.values, strict=True))
        given = {name: held for name, held in values.items() if name not in through}
        cases.append(Case(given, {name: (number, values[name]) for name in names if name in through}, each.marks))
    return cases


def cases_of_fixture(name: str, params: Iterable[Any]) -> list[Case]:
    """The cases that the parameters of a fixture make."""
    each = (value if isinstance(value, Param) else Param((value,)) for value in params)
    return [Case({}, {name: (number, param.values[0])}, param.marks) for number, param in enumerate(each)]


def is_skipped(marks: Iterable[Mark], names: dict[str, Any]) -> bool:
    """Whether a `skip` or `skipif` holds; conditions that are texts are read with these `names`."""
    return any(
        mark.name == "skip" or (mark.name == "skipif" and _holds(mark, names))
        for mark in marks
        if mark.name in ("skip", "skipif")
    )


@dataclass(frozen=True)
class XFail:
    """A failure that is expected."""

    strict: bool
    run: bool
    raises: Any

    def expects(self, error: BaseException) -> bool:
        """Whether this is the failure."""
        return self.raises is None or isinstance(error, self.raises)


def xfail_of(marks: Iterable[Mark], names: dict[str, Any]) -> XFail | None:
    """The first `xfail` that holds."""
    for mark in marks:
        if mark.name == "xfail" and _holds(mark, names):
            options = mark.kwargs
            return XFail(bool(options.get("strict")), bool(options.get("run", True)), options.get("raises"))
    return None


def _holds(mark: Mark, names: dict[str, Any]) -> bool:
    conditions = (mark.kwargs["condition"],) if "condition" in mark.kwargs else mark.args
    return not conditions or any(_holds_one(mark, condition, names) for condition in conditions)


def _holds_one(mark: Mark, condition: Any, names: dict[str, Any]) -> bool:
    if isinstance(condition, str):
        import os
        import platform

        return bool(eval(condition, {"os": os, "sys": sys, "platform": platform, **names}))
    if mark.kwargs.get("reason") is None:
        raise Failed("a condition that is no text needs a reason")
    return bool(condition)
