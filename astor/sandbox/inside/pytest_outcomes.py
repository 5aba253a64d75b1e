"""How a test of pytest ends itself: `fail`, `skip`, `xfail`, `exit`, `importorskip`. Standard library only."""

from typing import Any, NoReturn


class Outcome(BaseException):
    """As in pytest no Exception, so that no `except Exception` of a test takes it for one of the program's."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)


class Failed(Outcome):
    """The test has failed."""


class Skipped(Outcome):
    """The test has skipped itself."""


class XFailed(Skipped):
    """The test says that it fails, as was expected."""


def fail(reason: str = "", pytrace: bool = True) -> NoReturn:
    raise Failed(reason)


def skip(reason: str = "", *, allow_module_level: bool = False) -> NoReturn:
    raise Skipped(reason)


def xfail(reason: str = "") -> NoReturn:
    raise XFailed(reason)


def leave(reason: str = "", returncode: int | None = None) -> NoReturn:
    raise Failed(reason)


def importorskip(modname: str, minversion: str | None = None, reason: str | None = None, **_: Any) -> Any:
    """The module; the test is skipped where there is none, or an older one."""
    from importlib import import_module

    try:
        module = import_module(modname)
    except ImportError:
        raise Skipped(reason or f"could not import {modname}") from None
    if minversion is not None and _version(getattr(module, "__version__", "0")) < _version(minversion):
        raise Skipped(reason or f"{modname} is older than {minversion}")
    return module


def _version(text: str) -> list[int]:
    return [int("".join(filter(str.isdigit, part)) or 0) for part in str(text).split(".")]


for _function, _exception in ((fail, Failed), (skip, Skipped), (xfail, XFailed), (leave, Failed)):
    _function.Exception = _exception  # type: ignore[attr-defined]
