"""Fixtures that every test of pytest has: those that need neither files nor processes. Standard library only."""

import io
import sys
import warnings
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from astor.sandbox.inside.fixtures import Fixture
from astor.sandbox.inside.pytest_raises import Warns
from astor.sandbox.inside.remote_program import TEST_MODULES, RemoteProgram, Solution

Captured = namedtuple("Captured", "out err")


class Capture:
    """What a test finds as `capsys`: what it and the program have printed."""

    def __init__(self) -> None:
        self._before = sys.stdout, sys.stderr
        self._start()

    def _start(self) -> None:
        self._streams = io.StringIO(), io.StringIO()
        sys.stdout, sys.stderr = self._streams

    def readouterr(self) -> Captured:
        """What was printed since it was asked last."""
        texts = [stream.getvalue() for stream in self._streams]
        for stream in self._streams:
            stream.seek(0)
            stream.truncate()
        return Captured(*texts)

    @contextmanager
    def disabled(self) -> Iterator[None]:
        """While nothing is captured."""
        sys.stdout, sys.stderr = self._before
        yield
        sys.stdout, sys.stderr = self._streams

    def close(self) -> None:
        """Capture no more."""
        sys.stdout, sys.stderr = self._before


class Subtests:
    """What a test finds as `subtests`: the first that fails is raised at the end."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    @contextmanager
    def test(self, msg: str | None = None, **values: Any) -> Iterator[None]:
        """A part that fails on its own."""
        try:
            yield
        except (AssertionError, Exception) as error:
            self.error = self.error or error


class MonkeyPatch:
    """What a test finds as `monkeypatch`. What the program has of its own can't be patched, and is refused."""

    def __init__(self, refuse: Callable[[str], Any]) -> None:
        self._refuse = refuse
        self._undo: list[Callable[[], Any]] = []

    @contextmanager
    def context(self) -> Iterator["MonkeyPatch"]:
        """Patches that last no longer."""
        inner = MonkeyPatch(self._refuse)
        try:
            yield inner
        finally:
            inner.undo()

    def setattr(self, target: Any, name: Any, value: Any = ..., raising: bool = True) -> None:
        """Set an attribute of an object, or of a dotted name."""
        if isinstance(target, str):
            target, name, value = *_resolved(target), name
        refuse_foreign(target, name, self._refuse)
        missing = not hasattr(target, name)
        if missing and raising:
            raise AttributeError(f"{target!r} has no attribute {name!r}")
        before = None if missing else (vars(target).get(name) if isinstance(target, type) else getattr(target, name))
        self._undo.append(lambda: delattr(target, name) if missing else setattr(target, name, before))
        setattr(target, name, value)

    def delattr(self, target: Any, name: Any = ..., raising: bool = True) -> None:
        """Delete an attribute."""
        if isinstance(target, str):
            target, name = _resolved(target)
        refuse_foreign(target, name, self._refuse)
        if not hasattr(target, name):
            if raising:
                raise AttributeError(name)
            return
        before = getattr(target, name)
        self._undo.append(lambda: setattr(target, name, before))
        delattr(target, name)

    def setitem(self, dic: Any, name: Any, value: Any) -> None:
        """Set an item of a mapping."""
        self._keep_item(dic, name)
        dic[name] = value

    def delitem(self, dic: Any, name: Any, raising: bool = True) -> None:
        """Delete an item of a mapping."""
        self._keep_item(dic, name)
        if name in dic or raising:
            del dic[name]

    def undo(self) -> None:
        """Undo all of it."""
        while self._undo:
            self._undo.pop()()

    def _keep_item(self, mapping: Any, name: Any) -> None:
        refuse_foreign_mapping(mapping, self._refuse)
        before = dict(mapping)
        self._undo.append(
            lambda: mapping.__setitem__(name, before[name]) if name in before else mapping.pop(name, None)
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse(f"wants monkeypatch.{ascii(name)[1:-1][:50]}, which is not offered")


def refuse_foreign(target: Any, name: str, refuse: Callable[[str], Any]) -> None:
    """Refuse to patch what the program has of its own: a module of the library's, or a class in one."""
    if target is sys and name in ("stdout", "stderr"):
        return
    module = target.__name__ if isinstance(target, ModuleType) else getattr(target, "__module__", None)
    if isinstance(target, type | ModuleType) and not isinstance(target, Solution) and module not in TEST_MODULES:
        refuse(f"patches {ascii(str(module))[1:-1][:50]}, of which the program has its own")


def refuse_foreign_mapping(mapping: Any, refuse: Callable[[str], Any]) -> None:
    """Refuse to patch the environment and the modules of the process."""
    import os

    if mapping is os.environ or mapping is sys.modules:
        refuse("patches the environment or the modules, of which the program has its own")


def _resolved(dotted: str) -> tuple[Any, str]:
    import pkgutil

    place, _, name = dotted.rpartition(".")
    return pkgutil.resolve_name(place), name


def builtin_fixtures(program: RemoteProgram) -> dict[str, Fixture]:
    """By name."""

    def capsys() -> Iterator[Capture]:
        capture = Capture()
        yield capture
        capture.close()

    def monkeypatch() -> Iterator[MonkeyPatch]:
        patch = MonkeyPatch(program.refuse)
        yield patch
        patch.undo()

    def subtests() -> Iterator[Subtests]:
        parts = Subtests()
        yield parts
        if parts.error is not None:
            raise parts.error

    def recwarn() -> Iterator[Any]:
        recorded = Warns()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            recorded.list = said
            yield recorded

    def record_property() -> Callable[..., None]:
        return lambda *_: None

    made = (capsys, monkeypatch, subtests, recwarn, record_property)
    found = {each.__name__: Fixture(each, each.__name__, "function", False, None) for each in made}
    return found | {"capfd": Fixture(capsys, "capfd", "function", False, None)}
