"""Programs that read standard input and write standard output, in the child. Standard library only.

What a program writes is on a socket of its own and no frame of the sandbox's. On the other, the child says only what
an exit status can't: that the program does not compile, what it raised, that memory was used up. A program that exits
with 0, however it does, needs no word.
"""

import atexit
import gc
import os
import sys
from io import TextIOWrapper
from types import CodeType, ModuleType
from typing import Any, Literal

from astor.sandbox.inside.child import builtin_name, compiled, end, new_module
from astor.sandbox.inside.frames import frame, write_all


def run_program(out: int, link: int, job: dict[str, Any]) -> None:
    code = compiled(out, job)
    # Those that the zygote has belong to the descriptors as they were.
    sys.stdin = sys.__stdin__ = _open(0, "rb")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = stdout = _open(1, "wb")  # type: ignore[misc]
    main = new_module("__main__")
    status, raised = _run(code, main)
    _finish(main)
    if not stdout.closed:
        stdout.flush()
    if raised:
        write_all(out, frame(("raised", raised)))
        end(out, "failed", f"it raised {raised}")
    os._exit(status)


def _open(descriptor: int, mode: Literal["rb", "wb"]) -> TextIOWrapper:
    # The encoding that an interpreter takes under this environment's locale.
    return TextIOWrapper(open(descriptor, mode, closefd=False), encoding="utf-8", errors="surrogateescape")


def _run(code: CodeType, main: ModuleType) -> tuple[int, str]:
    """The status with which the program wants to exit, and the exception that ended it."""
    try:
        exec(code, main.__dict__)
    except MemoryError:
        raise
    except SystemExit as wish:
        return _status(wish.code), ""
    except BaseException as error:
        return 1, builtin_name(error)
    return 0, ""


def _status(code: object) -> int:
    if code is None:
        return 0
    return int.__int__(code) & 0xFF if isinstance(code, int) else 1


def _finish(main: ModuleType) -> None:
    """What an interpreter does at its end: waits for threads, calls what waits for the end, flushes what is open."""
    if threading := sys.modules.get("threading"):
        threading._shutdown()
    atexit._run_exitfuncs()
    if sys.stdout is not None and not getattr(sys.stdout, "closed", False):
        sys.stdout.flush()
    # Files that the program opened itself are flushed when they go.
    main.__dict__.clear()
    gc.collect()
