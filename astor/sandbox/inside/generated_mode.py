"""Generated tests, in the children: one has a trusted program and records, the other has untrusted tests and asks.

Here it is the tests that must not be believed. So the program's process gives them nothing but what a call comes to,
as data, and tells the trusted side of each call before it answers: ("value", the arguments, packed), then ("value", the
answer), both by `astor.sandbox.inside.recorded`. Standard library only.
"""

import sys
import warnings
from typing import Any, NoReturn

from astor.sandbox.inside import coverage, recorded
from astor.sandbox.inside.child import builtin_name, compiled, end, load, new_module
from astor.sandbox.inside.codec import TooLargeError, decode
from astor.sandbox.inside.frames import frame, write_all
from astor.sandbox.inside.link import Link, LostError
from astor.sandbox.inside.lookalikes import is_record
from astor.sandbox.inside.operations import OPERATIONS
from astor.sandbox.inside.pytest_offer import offer_pytest
from astor.sandbox.inside.pytest_outcomes import Skipped
from astor.sandbox.inside.pytest_style import run_pytest
from astor.sandbox.inside.remote_program import RemoteProgram, Solution
from astor.sandbox.inside.side_effects import Aloud
from astor.sandbox.inside.surroundings import guard_mock, stand_ins
from astor.sandbox.inside.tally import Tally

MESSAGE_BYTES = 1 << 30
"""Most bytes of one message of the tests to the program: what matters is the memory of either."""


def run_subject(out: int, link: int, job: dict[str, Any]) -> None:
    """Load the program; answer and record calls of its entry until the link ends."""
    aloud = Aloud()
    function = load(out, job)
    aloud.take()
    table, limit = recorded.table_of(function), job["output_bytes"]

    def call(called: Any, /, *arguments: Any, **keywords: Any) -> Any:
        if called is not function:
            _refuse()
        write_all(out, frame(("value", recorded.packed((arguments, keywords))), limit))
        answer, value, error = recorded.call(function, arguments, keywords, aloud)
        write_all(out, frame(("value", answer), limit))
        if error is not None:
            raise error
        return value

    classes = {name: each for name, each in vars(sys.modules["program"]).items() if _is_data_class(each)}

    def look(at: Any, name: str) -> Any:
        of_function = {"__name__": job["entry"], "__qualname__": job["entry"], "__doc__": function.__doc__}
        known = of_function if at is function else classes
        if name not in known:
            raise AttributeError("tests may not look into the program")
        return known[name]

    def names(_: Any) -> list[str]:
        return list(classes)

    offered = {"call": call, "getattr": look, "dir": names, "signature": OPERATIONS["signature"]}
    operations = dict.fromkeys(OPERATIONS, _refuse) | offered
    try:
        Link(link, table, operations, MESSAGE_BYTES, limit, aloud).serve()
    except TooLargeError:
        end(out, "flood", "one call is larger than all may be")
    except LostError:
        end(out, "end")


def _is_data_class(value: Any) -> bool:
    """Whether it is a class of exceptions or of named tuples, which tests may have by its name."""
    return is_record(value) or (isinstance(value, type) and issubclass(value, Exception))


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("tests may call the function, with data")


def run_generated(out: int, link: int, job: dict[str, Any]) -> None:
    """Run the tests: their asserts while they are loaded, then functions and classes as pytest would find them."""
    program = RemoteProgram(link, job["output_bytes"], MESSAGE_BYTES, takes_functions=False)
    tally = Tally(out, program, believes=True)
    code = compiled(out, {"program": job["tests"]})
    sys.modules["pytest"] = offer_pytest(program.refuse)
    warnings.showwarning = lambda *_, **__: None
    guard_mock(job["tests"], program.refuse)
    module = new_module("tests")
    for name in ("solution", *stand_ins(job["tests"], job["entry"])):
        sys.modules[name] = Solution(name, program)
        sys.modules[name].__dict__[job["entry"]] = program.entry
    try:
        for name in program.ask("dir", program.module):
            module.__dict__[name] = getattr(program.module, name)
        module.__dict__[job["entry"]] = program.entry
        exec(code, module.__dict__)
        run_pytest(module, tally)
    except MemoryError:
        raise
    except Skipped:
        end(out, "failed", "the tests skip themselves")
    except ModuleNotFoundError as error:
        end(out, "failed", f"the tests import {ascii(error.name)[:50]}, which is no module that is allowed here")
    except LostError:
        end(out, "failed", "the program was lost")
    except BaseException as error:
        end(out, "failed", program.why or f"the tests raised {builtin_name(error)}")
    if program.link.lost:
        end(out, "failed", "the program was lost")
    if program.refused > tally.forgiven:
        end(out, "failed", program.why)
    kind, why = tally.final()
    end(out, "end" if kind == "end" or not tally.count else "failed", why)


def run_replay(out: int, link: int, job: dict[str, Any]) -> None:
    """Answer recorded calls as `run_subject` does; then, where that is asked, tell which share of the entry they
    reach."""
    aloud = Aloud()
    function = load(out, job)

    def run() -> None:
        for call in job["calls"]:
            aloud.take()
            arguments, keywords = recorded.unpacked(decode(call))
            answer, _, _ = recorded.call(function, arguments, keywords, aloud)
            try:
                write_all(out, frame(("value", answer), job["output_bytes"]))
            except TooLargeError:
                end(out, "flood", "one result is larger than all may be")

    if job["coverage"]:
        write_all(out, frame(("value", coverage.measure(job["program"], job["entry"], function, run))))
    else:
        run()
    end(out, "end")
