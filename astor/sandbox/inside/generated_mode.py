"""Generated tests, in the children: one has a trusted program and records, the other has untrusted tests and asks.

Here it is the tests that must not be believed. So the program's process gives them nothing but what a call comes to,
as plain data, and tells the trusted side of each call before it answers: ("value", (arguments, keywords)), then
("value", v), ("raised", name) or ("opaque",). Standard library only.
"""

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from astor.sandbox.inside import coverage
from astor.sandbox.inside.child import answer, builtin_name, compiled, end, load, new_module
from astor.sandbox.inside.codec import NotPlainDataError, TooLargeError, decode
from astor.sandbox.inside.frames import frame, write_all
from astor.sandbox.inside.link import Link, LostError
from astor.sandbox.inside.object_table import ObjectTable, Packed
from astor.sandbox.inside.operations import OPERATIONS
from astor.sandbox.inside.pytest_offer import offer_pytest
from astor.sandbox.inside.pytest_style import run_pytest
from astor.sandbox.inside.remote_program import RemoteProgram
from astor.sandbox.inside.tally import Tally

MESSAGE_BYTES = 1 << 30
"""Most bytes of one message of the tests to the program: what matters is the memory of either."""


def run_subject(out: int, link: int, job: dict[str, Any]) -> None:
    """Load the program; answer and record calls of its entry until the link ends."""
    function = load(out, job)

    def call(called: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if called is not function:
            _refuse()
        write_all(out, frame(("value", (arguments, keywords)), job["output_bytes"]))
        try:
            value = function(*arguments, **keywords)
        except MemoryError:
            raise
        except BaseException as error:
            write_all(out, frame(("raised", builtin_name(error))))
            raise
        try:
            write_all(out, frame(("value", value), job["output_bytes"]))
        except NotPlainDataError:
            write_all(out, frame(("opaque",)))
        return value

    def look(_: Any, name: str) -> str:
        if name != "__name__":
            raise AttributeError("tests may not look into the program")
        return str(job["entry"])

    operations = dict.fromkeys(OPERATIONS, _refuse) | {"call": call, "getattr": look}
    try:
        Link(link, _only(function), operations, MESSAGE_BYTES, job["output_bytes"]).serve()
    except TooLargeError:
        end(out, "flood", "one call is larger than all may be")
    except LostError:
        end(out, "end")


def _only(function: Callable[..., Any]) -> ObjectTable:
    """All that the tests may know of: the entry, which is number 1 to them, and nothing where its module would be."""
    nothing = object()

    def describe(value: Any) -> Packed:
        if value is not function and value is not nothing:
            raise NotPlainDataError("it is no plain data")
        return ("object",)

    objects = ObjectTable(describe, _refuse)
    objects.export(nothing)
    objects.export(function)
    return objects


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("tests may call the function, with plain data")


def run_generated(out: int, link: int, job: dict[str, Any]) -> None:
    """Run the tests: their asserts while they are loaded, then functions and classes as pytest would find them."""
    program = RemoteProgram(link, job["output_bytes"], MESSAGE_BYTES)
    tally = Tally(out, program)
    code = compiled(out, {"program": job["tests"]})
    sys.modules["pytest"] = offer_pytest(program.refuse)
    module = new_module("tests")
    for place in (module, new_module("solution")):
        place.__dict__[job["entry"]] = program.entry
    try:
        exec(code, module.__dict__)
        run_pytest(module, tally)
    except MemoryError:
        raise
    except LostError:
        end(out, "failed", "the program was lost")
    except BaseException as error:
        end(out, "failed", f"the tests raised {builtin_name(error)}")
    if program.link.lost:
        end(out, "failed", "the program was lost")
    if program.refused:
        end(out, "failed", program.why)
    if tally.count:
        end(out, *tally.final())
    end(out, "end")


def run_replay(out: int, link: int, job: dict[str, Any]) -> None:
    """Answer recorded calls, as in calls mode; then, where that is asked, tell which share of the entry they reach."""
    function = load(out, job)

    def run() -> None:
        for call in job["calls"]:
            arguments, keywords = decode(call)
            write_all(out, answer(out, function, arguments, keywords, job["output_bytes"]))

    if job["coverage"]:
        write_all(out, frame(("value", coverage.measure(job["program"], job["entry"], function, run))))
    else:
        run()
    end(out, "end")
