"""What a confined child does: read a job, run a program, write claims. Standard library only.

Nothing here is trusted once the program has run a line: it shares this process and may write any bytes to any
descriptor. What it can make of that is a wrong claim, a broken frame or an early end; the trusted side takes none of
them for more than they are.

Frames to the trusted side, each a tuple: ("ready",) once confined; ("value", v), ("raised", builtin name) or
("opaque",) per call; and a final one, of `astor.sandbox.inside.protocol.FINAL_FRAMES`.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from astor.sandbox.inside import check_mode, coverage, generated_mode, stdin_mode
from astor.sandbox.inside.child import answer, end, load
from astor.sandbox.inside.codec import encode
from astor.sandbox.inside.frames import frame, pack_request, read_request, write_all
from astor.sandbox.inside.parsers import PARSERS

WARM_UPS = 20
"""Our choice: an interpreter writes into code that it runs for the first eight times or so, and settles soon after."""

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


def warm_up(nowhere: int) -> None:
    """Do in the zygote, with a program of our own, what children do; `nowhere` is a descriptor of /dev/null.

    What the interpreter writes into its code meanwhile, children find written. Else each would copy those pages: a
    fifteenth of what a small program costs.
    """
    asked = {"program": "def same(x): return x", "entry": "same", "arguments": [(1,), (2,)], "output_bytes": 1 << 10}
    reading, writing = os.pipe()
    for _ in range(WARM_UPS):
        write_all(writing, pack_request(asked))
        write_all(nowhere, _READY)
        _answer_calls(nowhere, read_request(reading))
    os.close(reading)
    os.close(writing)
    del sys.modules["program"]


def _calls(out: int, link: int, job: dict[str, Any]) -> None:
    _answer_calls(out, job)
    end(out, "end")


def _answer_calls(out: int, job: dict[str, Any]) -> None:
    function = load(out, job)
    for arguments in job["arguments"]:
        write_all(out, answer(out, function, arguments, {}, job["output_bytes"]))


def _parse(out: int, link: int, job: dict[str, Any]) -> None:
    parser, entry = PARSERS[job["parser"]], job["entry"]
    for text in job["texts"]:
        write_all(out, answer(out, parser, (text, entry), {}, job["output_bytes"], spared=MemoryError))
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
