"""What a test finds as `pytest`: what pytest documents, as far as it needs neither files nor plugins. Asking for
anything else is refused, and so are warnings that are no text. Standard library only.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from astor.sandbox.inside import pytest_outcomes as outcomes
from astor.sandbox.inside.builtin_fixtures import Capture, MonkeyPatch, Subtests
from astor.sandbox.inside.fixtures import Request, fixture
from astor.sandbox.inside.pytest_approx import Approx
from astor.sandbox.inside.pytest_marks import Mark, Marks, param
from astor.sandbox.inside.pytest_raises import ExceptionInfo, Raises, Warns, deprecated_call, raises, warns

Refuse = Callable[[str], Any]


class _Annotation:
    """A name that annotations have."""

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


def offer_pytest(refuse: Refuse) -> ModuleType:
    """The module; `refuse` raises."""

    def __getattr__(name: str) -> Any:  # noqa: N807
        if name.startswith("__"):
            raise AttributeError(name)
        refuse(f"wants pytest.{ascii(name)[1:-1][:50]}, which is not offered")

    functions: dict[str, Any] = {each.__name__: each for each in (raises, warns, deprecated_call, fixture, param)}
    functions |= {each.__name__: each for each in (outcomes.fail, outcomes.skip, outcomes.xfail, outcomes.importorskip)}
    classes: dict[str, Any] = {
        "approx": Approx,
        "RaisesExc": Raises,
        "WarningsRecorder": Warns,
        "MonkeyPatch": MonkeyPatch,
    }
    classes |= {"FixtureRequest": Request, "MarkDecorator": Mark, "Subtests": Subtests}
    annotations = {"CaptureFixture": (Capture, _Annotation), "ExceptionInfo": (ExceptionInfo, _Annotation)}
    classes |= {name: type(name, bases, {}) for name, bases in annotations.items()}
    module = ModuleType("pytest")
    module.__dict__.update(functions, **classes, exit=outcomes.leave, mark=Marks(), __getattr__=__getattr__)
    module.__version__ = "9.0"  # type: ignore[attr-defined]
    return module
