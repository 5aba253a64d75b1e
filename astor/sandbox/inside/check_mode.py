"""Two-process mode, in the children: one has the program and answers, the other has the test and asks.

Standard library only.
"""

import sys
import warnings
from types import FrameType, ModuleType
from typing import Any

from astor.sandbox.inside.child import builtin_name, end, load, new_module
from astor.sandbox.inside.codec import TooLargeError
from astor.sandbox.inside.frames import frame, write_all
from astor.sandbox.inside.link import LostError
from astor.sandbox.inside.operations import serve
from astor.sandbox.inside.pytest_offer import offer_pytest
from astor.sandbox.inside.pytest_style import run_pytest
from astor.sandbox.inside.remote_program import RemoteProgram, Solution
from astor.sandbox.inside.side_effects import Aloud
from astor.sandbox.inside.surroundings import guard_mock, stand_ins
from astor.sandbox.inside.tally import Tally
from astor.sandbox.inside.unittest_style import run_unittest

MESSAGE_BYTES = 1 << 30
"""Most bytes of one message of the test to the program. What the program says is limited like any program's claims."""


def run_candidate(out: int, link: int, job: dict[str, Any]) -> None:
    """Load the program and answer what is asked of it until the link ends."""
    aloud = Aloud()
    function = load(out, job)
    aloud.take()  # What a program says while it is loaded, no call of its test has it say.
    try:
        serve(sys.modules["program"], function, link, MESSAGE_BYTES, job["output_bytes"], aloud)
    except TooLargeError:
        end(out, "flood", "one result is larger than all may be")
    except LostError:
        end(out, "end")


def run_test(out: int, link: int, job: dict[str, Any]) -> None:
    """Run the test against the program at the other end of the link."""
    program = RemoteProgram(link, job["output_bytes"], MESSAGE_BYTES)
    tally = Tally(out, program)
    try:
        final, why = _run(job, program, tally)
        program.link.wait_until_ready()
    except LostError:
        final, why = "failed", ""
    # A test may swallow what these three raised; they decide all the same.
    if program.link.lost:
        end(out, "failed", "the program was lost")
    if program.fault:
        end(out, "failed", program.fault)
    if program.refused > tally.forgiven:
        final, why = "broken", program.why
    if final == "broken" and program.refused:
        write_all(out, frame(("value", program.refused)))
    end(out, final, why)


def _run(job: dict[str, Any], program: RemoteProgram, tally: Tally) -> tuple[str, str]:
    for name in ("solution", "program", *stand_ins(job["check"], job["entry"])):
        sys.modules[name] = Solution(name, program)
    is_check = job["style"] == "check"
    module = new_module("__main__" if is_check else "check")
    module.__dict__[job["entry"].rpartition(".")[2]] = program.entry
    sys.modules["pytest"] = offer_pytest(program.refuse)
    warnings.showwarning = lambda *_, **__: None
    guard_mock(job["check"], program.refuse)
    try:
        checked = _load(job["check"], module) and program.link.asked
    except (MemoryError, LostError):
        raise
    except BaseException as error:
        # What it raised after it had asked the program may be the program's fault, and then isn't ours.
        missing = isinstance(error, ModuleNotFoundError) and error.name
        own = missing or not program.link.asked
        return "broken" if own else "failed", f"it raised {builtin_name(error)} while it was loaded"
    if job["style"] == "unittest":
        run_unittest(module, tally)
    elif job["style"] == "pytest":
        run_pytest(module, tally)
    else:
        return ("end", "") if checked else _check(module, program)
    return tally.final()


def _load(source: str, module: ModuleType) -> bool:
    """Run the test's own code; whether that has called its `check`, as HumanEvalPack's last lines do."""
    called = False

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal called
        if event == "call" and frame.f_code is getattr(module.__dict__.get("check"), "__code__", None):
            called = True
            sys.setprofile(None)

    # Watching is dear where much is imported, and of no use to a file that names its `check` only to define it.
    if source.count("check(") > 1:
        sys.setprofile(watch)
    try:
        exec(compile(source, "<check>", "exec", dont_inherit=True), module.__dict__)
    finally:
        sys.setprofile(None)
    return called


def _check(module: ModuleType, program: RemoteProgram) -> tuple[str, str]:
    check = module.__dict__.get("check")
    if not callable(check):
        return "broken", "it defines no check(candidate)"
    try:
        program.ran(check(program.entry))
    except (MemoryError, LostError):
        raise
    except BaseException as error:
        return "failed", f"the check raised {builtin_name(error)}"
    return "end", ""
