"""Two-process mode, in the children: one has the program and answers, the other has the check and asks.

Standard library only.
"""

from typing import Any

from astor.sandbox.child import answer, builtin_name, end, load, new_module
from astor.sandbox.codec import decode
from astor.sandbox.frames import frame, read_frame, write_all
from astor.sandbox.stand_in import Candidate

LINK_BYTES = 1 << 30

_LOADED = frame(("loaded",))


def run_candidate(out: int, link: int, job: dict[str, Any]) -> None:
    """Load the program and answer the calls that come down the link until it closes."""
    function = load(out, job)
    write_all(link, _LOADED)
    while (request := read_frame(link, LINK_BYTES)) is not None:
        arguments, keywords = decode(request)
        write_all(link, answer(out, function, arguments, keywords, job["output_bytes"]))
    end(out, "end")


def run_test(out: int, link: int, job: dict[str, Any]) -> None:
    """Run the check against the program at the other end of the link."""
    namespace = new_module("check").__dict__
    try:
        exec(compile(job["check"], "<check>", "exec", dont_inherit=True), namespace)
    except BaseException as error:
        end(out, "broken", f"it raised {builtin_name(error)} while it was loaded")
    check = namespace.get("check")
    if not callable(check):
        end(out, "broken", "it defines no check(candidate)")
    if read_frame(link, job["output_bytes"]) is None:
        end(out, "failed", "the program was lost")
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
        end(out, "failed", "the program was lost")
    if candidate.refused:
        end(out, "broken", candidate.refused)
    if raised:
        end(out, "failed", f"the check raised {raised}")
    end(out, "end")
