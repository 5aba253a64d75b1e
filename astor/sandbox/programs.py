"""What a confined child does: read a job, run a program, write claims. Standard library only.

Nothing here is trusted once the program has run a line: it shares this process and may write any bytes to any
descriptor. What it can make of that is a wrong claim, a broken frame or an early end; the broker takes none of them
for more than they are.

Frames to the broker, each a tuple: ("ready",) once confined; ("value", v), ("raised", builtin name) or ("opaque",)
per call; and one ending, of `ENDINGS`.
"""

import builtins
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

from astor.sandbox import coverage
from astor.sandbox.codec import TooLargeError, decode, encode
from astor.sandbox.frames import frame, read_frame, read_request, write_all
from astor.sandbox.parsers import PARSERS
from astor.sandbox.stand_in import Candidate

ENDINGS = frozenset({"end", "malformed", "stopped", "memory", "flood", "broken", "failed"})
"""end: all was done. malformed: no program. stopped: raised while it was loaded. memory, flood: over a limit.
Of the test process: broken, the check can't be used; failed, it raised. All but end and memory tell why."""

LINK_BYTES = 1 << 30

_READY = frame(("ready",))
_MEMORY = frame(("memory",))
_LOADED = frame(("loaded",))


def run_job(out: int, link: int) -> NoReturn:
    """Read one job from `out`, do it, and end the process. `link` joins the two processes of two-process mode."""
    code = 1
    try:
        write_all(out, _READY)
        job = read_request(out)
        _MODES[job["mode"]](out, link, job)
        code = 0
    except MemoryError:
        write_all(out, _MEMORY)
    finally:
        os._exit(code)


def _calls(out: int, link: int, job: dict[str, Any]) -> None:
    function = _load(out, job)
    for arguments in job["arguments"]:
        write_all(out, _answer(out, function, arguments, {}, job["output_bytes"]))
    _end(out, "end")


def _parse(out: int, link: int, job: dict[str, Any]) -> None:
    for text in job["texts"]:
        write_all(out, _answer(out, PARSERS[job["parser"]], (text,), {}, job["output_bytes"], spared=MemoryError))
    _end(out, "end")


def _coverage(out: int, link: int, job: dict[str, Any]) -> None:
    function = _load(out, job)
    shares = coverage.measure(job["program"], job["entry"], function, job["arguments"])
    write_all(out, frame(("value", shares)))
    _end(out, "end")


def _candidate(out: int, link: int, job: dict[str, Any]) -> None:
    function = _load(out, job)
    write_all(link, _LOADED)
    while (request := read_frame(link, LINK_BYTES)) is not None:
        arguments, keywords = decode(request)
        write_all(link, _answer(out, function, arguments, keywords, job["output_bytes"]))
    _end(out, "end")


def _test(out: int, link: int, job: dict[str, Any]) -> None:
    module = _module("check")
    try:
        exec(compile(job["check"], "<check>", "exec", dont_inherit=True), module.__dict__)
    except BaseException as error:
        _end(out, "broken", f"it raised {builtin_name(error)} while it was loaded")
    check = module.__dict__.get("check")
    if not callable(check):
        _end(out, "broken", "it defines no check(candidate)")
    if read_frame(link, job["output_bytes"]) is None:
        _end(out, "failed", "the program was lost")
    candidate = Candidate(job["entry"], link, job["output_bytes"])
    raised = ""
    try:
        check(candidate)
    except MemoryError:
        raise
    except BaseException as error:
        raised = builtin_name(error)
    # A check may swallow what these two raised; they decide all the same.
    if candidate.lost:
        _end(out, "failed", "the program was lost")
    if candidate.refused:
        _end(out, "broken", candidate.refused)
    if raised:
        _end(out, "failed", f"the check raised {raised}")
    _end(out, "end")


_MODES: dict[str, Callable[[int, int, dict[str, Any]], None]] = {
    "calls": _calls,
    "parse": _parse,
    "coverage": _coverage,
    "candidate": _candidate,
    "test": _test,
}


def _load(out: int, job: dict[str, Any]) -> Callable[..., Any]:
    try:
        code = compile(job["program"], "<program>", "exec", dont_inherit=True)
    except Exception as error:
        _end(out, "malformed", f"{type(error).__name__} while it was compiled")
    module = _module("program")
    try:
        exec(code, module.__dict__)
    except MemoryError:
        raise
    except BaseException as error:
        _end(out, "stopped", f"it raised {builtin_name(error)} while it was loaded")
    function = module.__dict__.get(job["entry"])
    if not callable(function):
        _end(out, "malformed", "it has no function of the asked name")
    return function  # type: ignore[no-any-return]


def _module(name: str) -> ModuleType:
    # dataclasses, typing and pickle look the module of a class up by its name.
    module = sys.modules[name] = ModuleType(name)
    return module


def _answer(
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
        _end(out, "flood", "one result is larger than all may be")
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


def _end(out: int, ending: str, why: str = "") -> NoReturn:
    write_all(out, frame((ending, why) if why else (ending,)))
    os._exit(0)


# A frame that has been made once is a frame that needs no memory when there is none.
assert encode(("memory",)) in _MEMORY
