"""What a confined child does: read a job, run a program, write claims. Standard library only.

Nothing here is trusted once the program has run a line: it shares this process and may write any bytes to any
descriptor. What it can make of that is a wrong claim, a broken frame or an early end; the broker takes none of them
for more than they are.

Frames to the broker, each a tuple: ("ready",) once confined; ("value", v), ("raised", builtin name) or ("opaque",)
per call; and one ending, of `astor.sandbox.inside.protocol.ENDINGS`.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from astor.sandbox.inside import check_mode, coverage, generated_mode, stdin_mode
from astor.sandbox.inside.child import answer, end, load
from astor.sandbox.inside.codec import encode
from astor.sandbox.inside.frames import frame, read_request, write_all
from astor.sandbox.inside.parsers import PARSERS

_READY = frame(("ready",))
_MEMORY = frame(("memory",))


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
    function = load(out, job)
    for arguments in job["arguments"]:
        write_all(out, answer(out, function, arguments, {}, job["output_bytes"]))
    end(out, "end")


def _parse(out: int, link: int, job: dict[str, Any]) -> None:
    for text in job["texts"]:
        write_all(out, answer(out, PARSERS[job["parser"]], (text,), {}, job["output_bytes"], spared=MemoryError))
    end(out, "end")


def _coverage(out: int, link: int, job: dict[str, Any]) -> None:
    function = load(out, job)
    run = partial(coverage.call_each, function, job["arguments"])
    shares = coverage.measure(job["program"], job["entry"], function, run)
    write_all(out, frame(("value", shares)))
    end(out, "end")


_MODES: dict[str, Callable[[int, int, dict[str, Any]], None]] = {
    "calls": _calls,
    "parse": _parse,
    "coverage": _coverage,
    "candidate": check_mode.run_candidate,
    "test": check_mode.run_test,
    "stdin": stdin_mode.run_program,
    "subject": generated_mode.run_subject,
    "generated": generated_mode.run_generated,
    "replay": generated_mode.run_replay,
}


# A frame that has been made once is a frame that needs no memory when there is none.
assert encode(("memory",)) in _MEMORY
