"""An object of the program in the process of its test. Standard library only.

What the test does to a handle is done in the program's process, and gives plain data or handles. But the program never
judges the test's data, so that none passes for data by its own account:

- `==` is identity, between handles too, but for data classes (`astor.sandbox.inside.data_classes`); there is no truth
  value.
- Between a handle and data there is no order, and no `startswith`, `issubset` and the like. `data in handle` goes over
  the handle's items, which are compared here, and the program must say the same.
- An operator between a handle and data gives a tainted handle, one whose object has seen the data: operators on it
  give tainted handles; it has no length, items, text or number; only its attributes, indices and calls give data. Else
  `abs(f(x) - 3.0) < 1e-6` would ask the program.
- A context manager neither suppresses nor replaces what the test raised.
- It is pickled, and made again, in the program's process. It can't be a class that is derived from. The program says
  which of its objects are instances of its classes; nothing else is one.

Where an object of the program has no answer that may be used, the program is asked first: what it raises is its own
and arrives as any exception. If it answers, it is at fault: that raises NotDataError, a TypeError, and the test is
failed whatever it makes of that. Else we would satisfy `assertRaises(TypeError)` ourselves.

What a call or an index gives is the program's to say. A handle has nearly every special method, whatever its object
has, but can't be awaited; its `type` is Handle.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from astor.sandbox.inside.data_classes import same_data
from astor.sandbox.inside.operations import ARITHMETIC, ORDER, READING, UNARY

if TYPE_CHECKING:
    from astor.sandbox.inside.remote_program import RemoteProgram

_JUDGING = frozenset({"startswith", "endswith", "issubset", "issuperset", "isdisjoint"})

_SPECIAL = frozenset({"__name__", "__qualname__", "__dict__", "__wrapped__"})
"""Attributes with such names that are asked for: others would tell the interpreter what the handle is."""

_IMPOSSIBLE = {
    "__mro_entries__": "nothing derives from an object of the program here",
}


class NotDataError(TypeError):
    """An object of the program is where only data will do. The program's fault."""


class Handle:
    __slots__ = ("_fields", "_given", "_program")
    _program: "RemoteProgram"
    _fields: tuple[str, ...]
    """Names of the fields, where the object says that it is of a data class."""
    _given: tuple[tuple[Any, ...], dict[str, Any]] | None
    """With which arguments the test called what gave the object."""

    def __init__(self, program: "RemoteProgram", fields: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "_program", program)
        object.__setattr__(self, "_fields", fields)
        object.__setattr__(self, "_given", None)

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        answer = self._program.ask("call", self, *arguments, **keywords)
        if type(answer) is Handle and answer._given is None:
            object.__setattr__(answer, "_given", (arguments, keywords))
        return answer

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            try:
                return _signature(self._program.ask("signature", self))
            except (TypeError, ValueError):
                raise AttributeError(name) from None
        if name.startswith("__") and name.endswith("__") and name not in _SPECIAL:
            raise AttributeError(name)
        found = self._program.ask("getattr", self, name)
        if name in _JUDGING:
            self._program.raise_fault(f"an object of the program has no {name} here")
        return found

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is Handle and same_data(self, other))

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        self._program.ask("bool", self)
        self._program.raise_fault("an object of the program is neither true nor false")

    def __contains__(self, item: Any) -> bool:
        if type(item) is Handle:
            return self._program.ask("contains", self, item) is True
        try:
            items: Any = iter(self)
        except Exception:
            items = None
        if items is self:  # An iterator can be gone over only once: the program is not asked.
            return _among(item, items)
        said = self._program.operate("contains", self, item)
        if items is None or _among(item, items) is not said:
            self._program.raise_fault("an object of the program says of its items what they don't")
        return said

    def __instancecheck__(self, instance: Any) -> bool:
        return self._program.knows(instance) and self._program.ask("instance", self, instance) is True

    def __subclasscheck__(self, kind: Any) -> bool:
        return self._program.knows(kind) and self._program.ask("subclass", self, kind) is True

    def __exit__(self, kind: type[BaseException] | None, error: Any, traceback: Any) -> None:
        self._program.leave("exit", self, kind)

    async def __aexit__(self, kind: type[BaseException] | None, error: Any, traceback: Any) -> None:
        self._program.leave("aexit", self, kind)

    async def __aenter__(self) -> Any:
        return self._program.ask("aenter", self)

    async def __anext__(self) -> Any:
        return self._program.ask("anext", self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return sys.modules["solution"]._unpickled, (self._program.ask("pickle", self),)

    def __deepcopy__(self, memo: Any) -> Any:
        return _guarded("deepcopy", self, self)


def _signature(parameters: Any) -> Any:
    """As `inspect` has it, without annotations."""
    from inspect import Parameter, Signature

    kinds: list[Any] = [Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL]
    kinds += [Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD]
    return Signature(
        [
            Parameter(name, kinds[kind], default=default if has_default else Parameter.empty)
            for name, kind, has_default, default in parameters
        ]
    )


def _among(item: Any, items: Any) -> bool:
    return any(item is own or item == own for own in items)


def _simple(operation: str) -> Callable[..., Any]:
    def method(self: Handle, /, *others: Any) -> Any:
        return self._program.ask(operation, self, *others)

    return method


def _reading(operation: str) -> Callable[..., Any]:
    def method(self: Handle, /, *details: Any) -> Any:
        tainted = self in self._program.tainted
        try:
            answer = self._program.ask(operation, self, *details)
        except StopIteration:
            if not tainted:
                raise
        if tainted:
            self._program.raise_fault("an operator between an object of the program and data gave no data")
        return answer

    return method


def _unary(operation: str) -> Callable[..., Any]:
    def method(self: Handle, /, *details: Any) -> Any:
        return _guarded(operation, self, self, *details)

    return method


def _binary(operation: str) -> Callable[..., Any]:
    return lambda self, other, *modulus: _guarded(operation, other, self, other, *modulus)


def _reflected(operation: str) -> Callable[..., Any]:
    return lambda self, other: _guarded(operation, other, other, self)


def _order(operation: str) -> Callable[..., Any]:
    def method(self: Handle, other: Any) -> Any:
        answer = self._program.operate(operation, self, other)
        if type(other) is not Handle or {self, other} & self._program.tainted:
            self._program.raise_fault("an object of the program is neither more nor less than data")
        return answer

    return method


def _impossible(why: str) -> Callable[..., Any]:
    def method(self: Handle, *_: Any) -> Any:
        self._program.raise_fault(why)

    return method


def _guarded(operation: str, other: Any, *operands: Any) -> Any:
    """What an operation gives; once the program's object has seen the test's data, nothing but a tainted handle."""
    (program,) = {operand._program for operand in operands if type(operand) is Handle}
    taints = type(other) is not Handle or any(
        operand in program.tainted for operand in operands if type(operand) is Handle
    )
    result = program.operate(operation, *operands)
    if taints:
        if type(result) is not Handle:
            program.raise_fault("an operator between an object of the program and data gave data")
        program.tainted.add(result)
    return result


_SIMPLE = ("setattr", "delattr", "dir", "getitem", "setitem", "delitem", "enter")
_METHODS = {
    **{name: _simple(name) for name in _SIMPLE},
    **{name: _reading(name) for name in READING},
    **{name: _unary(name) for name in (*UNARY, "copy")},
    **{name: _order(name) for name in ORDER},
    **{name: _binary(name) for name in [*ARITHMETIC, "divmod", *(f"i{name}" for name in ARITHMETIC)]},
    **{f"r{name}": _reflected(name) for name in (*ARITHMETIC, "divmod")},
}
for _name, _method in _METHODS.items():
    setattr(Handle, f"__{_name}__", _method)
for _name, _why in _IMPOSSIBLE.items():
    setattr(Handle, _name, _impossible(_why))
# Without a docstring of its own, so that a handle can have that of the program's object.
Handle.__doc__ = property(lambda self: self._program.ask("getattr", self, "__doc__"))  # type: ignore[assignment]
