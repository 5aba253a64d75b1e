"""The program's end of the link: what may be asked of the program's objects, by name. Standard library only."""

import builtins
import copy
import math
import operator
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any

from astor.sandbox.inside import exceptions
from astor.sandbox.inside.link import Link
from astor.sandbox.inside.object_table import ObjectTable, Packed
from astor.sandbox.inside.side_effects import Aloud

_BITWISE = ("lshift", "rshift", "and", "or", "xor")
ARITHMETIC = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", *_BITWISE)
UNARY = ("abs", "neg", "pos", "invert", "round", "trunc", "floor", "ceil")
ORDER = ("lt", "le", "gt", "ge")
READING = ("int", "float", "complex", "index", "str", "repr", "format", "len", "iter", "next", "aiter", "reversed")
_ITEMS = ("getitem", "setitem", "delitem", "contains")


def serve(module: Any, entry: Any, descriptor: int, reads: int, sends: int, aloud: Aloud) -> None:
    """Answer until the link ends. The other end knows the program's module as number 0, its entry as number 1."""

    def proxy(facts: Packed) -> Callable[..., Any]:
        # A function of the test: all that is here of it is its name and docstring.
        def function(*arguments: Any, **keywords: Any) -> Any:
            return link.ask("call", function, *arguments, **keywords)

        function.__name__, function.__doc__ = function.__qualname__, _ = facts
        return function

    objects = ObjectTable(lambda value: _describe(objects, value), proxy, exports_exceptions=True)
    objects.export(module)
    objects.export(entry)
    link = Link(descriptor, objects, OPERATIONS, reads, sends, aloud)
    link.serve()


def _describe(objects: ObjectTable, value: Any) -> Packed:
    if type(value) is CoroutineType:
        return ("coroutine",)
    if isinstance(value, type):
        return exceptions.class_facts(value, objects) if issubclass(value, Exception) else ("object",)
    fields = getattr(type(value), "__dataclass_fields__", {}).items()
    if not fields:
        return ("object",)
    return ("object", *(name for init in (True, False) for name, field in fields if field.init is init))


def _call(function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
    return function(*arguments, **keywords)


def _pickle(value: Any) -> bytes:
    import pickle

    return pickle.dumps(value)


def _unpickle(_: Any, data: bytes) -> Any:
    import pickle

    return pickle.loads(data)


def _signature(function: Callable[..., Any]) -> list[tuple[str, int, bool, Any]]:
    """Name, kind, whether there is a default, and the default, of each parameter."""
    import inspect

    return [
        (
            each.name,
            int(each.kind),
            each.default is not each.empty,
            None if each.default is each.empty else each.default,
        )
        for each in inspect.signature(function).parameters.values()
    ]


def _exit(manager: Any, kind: type[Exception] | None) -> None:
    manager.__exit__(*_error(kind))


async def _aexit(manager: Any, kind: type[Exception] | None) -> None:
    await manager.__aexit__(*_error(kind))


def _error(kind: type[Exception] | None) -> tuple[Any, ...]:
    return (None, None, None) if kind is None else (kind, kind.__new__(kind), None)


def _await(awaitable: Awaitable[Any]) -> Any:
    """What is awaited, in the one event loop of this process: it runs while it is asked for, and only then."""
    import asyncio

    async def whole() -> Any:
        return await awaitable

    if not _loops:
        _loops.append(asyncio.new_event_loop())
    return _loops[0].run_until_complete(whole())


_loops: list[Any] = []


def _named(name: str) -> Callable[..., Any]:
    """The function of `operator`, `math` or the builtins that has this name."""
    places = ((operator, name), (operator, f"{name}_"), (math, name), (builtins, name))
    return next(getattr(place, known) for place, known in places if hasattr(place, known))  # type: ignore[no-any-return]


OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: _named(name) for name in (*ARITHMETIC, *UNARY, *ORDER, *READING, *_ITEMS)},
    **{f"i{name}": _named(f"i{name}") for name in ARITHMETIC},
    **{name: getattr(builtins, name) for name in ("getattr", "setattr", "delattr", "dir")},
    "signature": _signature,
    "pickle": _pickle,
    "unpickle": _unpickle,
    "instance": lambda kind, value: isinstance(value, kind),
    "subclass": lambda kind, value: issubclass(value, kind),
    "call": _call,
    **{kind.__name__: kind for kind in (bool, divmod, pow)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "enter": lambda manager: manager.__enter__(),
    "exit": _exit,
    "await": _await,
    "anext": lambda iterator: _await(iterator.__anext__()),
    "aenter": lambda manager: _await(manager.__aenter__()),
    "aexit": lambda manager, kind: _await(_aexit(manager, kind)),
}
"""By name: what does it in the program's process."""
