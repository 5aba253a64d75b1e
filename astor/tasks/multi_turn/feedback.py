"""What a policy is told of its program: how it fared on public tests, and never anything of hidden ones.

`PublicTest` is a type of its own, which only a prompt's public tests become: a hidden test, which is a reference's,
does not fit where feedback is made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from astor.data.calls import call_text
from astor.data.turns import PASSED
from astor.options import Options
from astor.records import Prompt, PublicTest

SHOWN_CHARACTERS = 400
_GAP = " ... "
_FRAME = re.compile(r'  File "(.*)", line \d+')

REQUEST = (
    "Mend your program. First read it against the feedback below: follow its execution step by step, quote the lines "
    "that are at fault and say what you will change in them. The environment stays as it is: where a package is "
    "missing, do without it. Then give the complete program anew in one fenced block that begins with ```python, not "
    "a part of it and not a list of changes.\n\nFeedback:\n"
)
NO_PROGRAM = "There was no fenced block of code in your answer, so nothing was run."
ALL_PASSED = (
    "All public tests pass. Think of cases at the edges that hidden tests may hold, and mend what would fail them."
)


class FeedbackOptions(Options):
    """What feedback looks like."""

    style: Literal["instruct", "short"] = "instruct"
    """`instruct`: Cobalt's, in our words. `short`: one line, `f(4) == 6 not 9`, for policies that read little (our
    choice)."""
    timeout_seconds: float = Field(default=4.0, gt=0)
    """The time that a test has, as feedback names it."""


@dataclass(frozen=True)
class PublicRun:
    """What a program made of one public test."""

    end: Literal["passed", "wrong", "error", "timeout"]
    output: str = ""
    """What it wrote, or the literal that it returned."""
    error: str = ""
    """Traceback, or what is known of the error."""


@dataclass(frozen=True)
class Feedback:
    """A user's message, and which public test it gives away."""

    text: str
    test: int | None
    """Index of the test whose input and expected output it shows; None where it shows no expected output."""


def public_tests(prompt: Prompt, entry: str) -> tuple[PublicTest, ...]:
    """The calls that a prompt shows, as text: `f([3, 1], 2)` and the literal that it returns."""
    return tuple(PublicTest(input=call_text(entry, call), expected=call.returns) for call in prompt.public_tests)


def give_feedback(tests: Sequence[PublicTest], runs: Sequence[PublicRun] | None, options: FeedbackOptions) -> Feedback:
    """Feedback on a program that made `runs` of `tests`, one each; None where the answer held no block of code.

    Only the first public test that failed is shown, as in Cobalt's code (`run_multi_turn_vllm.py`): wrong answer,
    error or time-out; else that there is no code, or that all pass.
    """
    short = options.style == "short"
    if runs is None:
        return Feedback("no program" if short else REQUEST + NO_PROGRAM, None)
    for number, (test, run) in enumerate(zip(tests, runs, strict=True)):
        if run.end != "passed":
            text = _line(test, run) if short else REQUEST + _report(test, run, options)
            return Feedback(text.rstrip(), number if short or run.end == "wrong" else None)
    return Feedback(PASSED if short else REQUEST + ALL_PASSED, None)


def truncate(text: str) -> str:
    """A text, cut to 400 characters: of a longer one the first 200 and the last 200, with a mark between them.

    Bytes of an output that are no UTF-8 are written out, so that a record can hold them.
    """
    text = text.encode("utf-8", "backslashreplace").decode().strip()
    half = SHOWN_CHARACTERS // 2
    return text if len(text) <= SHOWN_CHARACTERS else text[:half] + _GAP + text[-half:]


def clean_traceback(error: str) -> str:
    """A traceback without the frames that are not the program's own, which tell of the machine and not of the error."""
    kept, foreign = [], False
    for line in error.splitlines():
        if frame := _FRAME.match(line):
            foreign = frame[1] != "<program>"
        elif not line.startswith("    "):
            foreign = False
        if not foreign:
            kept.append(line)
    return "\n".join(kept).strip()


def _report(test: PublicTest, run: PublicRun, options: FeedbackOptions) -> str:
    parts = [f"Input:\n{truncate(test.input)}"]
    if run.end == "timeout":
        parts.append(f"The program timed out after {options.timeout_seconds:g} seconds.")
    else:
        parts.append(f"Output of the program:\n{truncate(run.output)}")
        if run.end == "error":
            parts.append(f"Error:\n{truncate(clean_traceback(run.error))}")
        else:
            parts.append(f"Expected output:\n{truncate(test.expected)}")
    return "\n\n".join(parts)


def _line(test: PublicTest, run: PublicRun) -> str:
    """`f(4) == 6 not 9`: the test, and what came instead; of an error its last line. Line breaks are written out."""
    ends = {
        "wrong": run.output,
        "error": (clean_traceback(run.error) or "error").splitlines()[-1],
        "timeout": "timeout",
    }
    line = f"{truncate(test.input)} == {truncate(test.expected)} not {truncate(ends[run.end]) or 'nothing'}"
    return line.replace("\n", "\\n")
