"""What the modes of a confined child share: loading a program, answering for it, and ending. Standard library only."""

import builtins
import os
import sys
from collections.abc import Callable
from functools import wraps
from types import CodeType, ModuleType
from typing import Any, NoReturn

from astor.sandbox.inside.codec import TooLargeError
from astor.sandbox.inside.frames import frame, write_all


def compiled(out: int, job: dict[str, Any]) -> CodeType:
    """The program's code; ends the process where it does not compile. A byte order mark is no part of a program."""
    job["program"] = job["program"].removeprefix("\ufeff")
    try:
        return compile(job["program"], "<program>", "exec", dont_inherit=True)
    except Exception as error:
        end(out, "malformed", f"{type(error).__name__} while it was compiled")


def load(out: int, job: dict[str, Any]) -> Callable[..., Any]:
    """What `entry` names of the program, which has been run; ends the process where there is none."""
    code = compiled(out, job)
    module = new_module("program")
    try:
        exec(code, module.__dict__)
    except MemoryError:
        raise
    except BaseException as error:
        end(out, "stopped", f"it raised {builtin_name(error)} while it was loaded")
    function = _entry(module.__dict__, job["entry"])
    if not callable(function):
        end(out, "malformed", "it has no function of the asked name")
    return function  # type: ignore[no-any-return]


def _entry(names: dict[str, Any], entry: str) -> Any:
    """The function or class `entry`; of `Solution.solve` a function that calls the method of a new instance each time.

    Where there is no `solve`, `Solution` may have it: what LeetCode asks for passes as a function, as in LiveCodeBench.
    """
    owner, _, name = entry.rpartition(".")
    if not owner and name in names:
        return names[name]
    kind = names.get(owner or "Solution")
    method = getattr(kind, name, None)
    if not isinstance(kind, type) or not callable(method):
        return None

    @wraps(method)
    def call(*arguments: Any, **keywords: Any) -> Any:
        return getattr(kind(), name)(*arguments, **keywords)

    return call


def new_module(name: str) -> ModuleType:
    """A module that can be imported: dataclasses, typing and pickle look that of a class up by its name.

    It is empty but for `__file__`, a name as a file's and the path of none.
    """
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = "program.py"
    return module


def answer(
    out: int,
    function: Callable[..., Any],
    arguments: Any,
    keywords: dict[str, Any],
    limit: int,
    spared: type[BaseException] | None = None,
) -> bytes:
    """The frame that answers one call. A MemoryError ends the program, unless it is `spared`."""
    try:
        value = function(*arguments, **keywords)
    except BaseException as error:
        if isinstance(error, MemoryError) and spared is None:
            raise
        return frame(("raised", builtin_name(error)))
    try:
        return frame(("value", value), limit)
    except TooLargeError:
        end(out, "flood", "one result is larger than all may be")
    except MemoryError:
        raise
    except Exception:  # No plain data, or a thread of the program changes it meanwhile.
        return frame(("opaque",))


def builtin_name(error: BaseException) -> str:
    """Name of the builtin exception that `error` is, or derives from."""
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind:
            return str(kind.__name__)
    return "Exception"


def end(out: int, kind: str, why: str = "") -> NoReturn:
    """Write the final frame and end the process."""
    write_all(out, frame((kind, why) if why else (kind,)))
    os._exit(0)
