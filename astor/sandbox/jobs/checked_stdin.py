"""Whole programs whose outputs another program checks."""

import json
from dataclasses import dataclass
from typing import ClassVar

from astor.sandbox.jobs.job import Job
from astor.sandbox.jobs.stdin import StdinJob
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending, Result
from astor.sandbox.workers.run import Runs

_SERVE_FILES = """
def _serve():
    import builtins, io, json, os, sys
    texts = json.loads(sys.stdin.read())
    files = dict(zip(("input.txt", "correct_output.txt", "submission_output.txt"), texts))
    def open_file(file, mode="r", *rest, **named):
        text = files.get(os.fspath(file)) if not isinstance(file, int) and mode in ("r", "rt", "rb") else None
        if text is None:
            return real(file, mode, *rest, **named)
        data = io.BytesIO(text.encode("utf-8", "surrogateescape"))
        return data if mode == "rb" else io.TextIOWrapper(data, encoding="utf-8", errors="surrogateescape")
    real, builtins.open, io.open = io.open, open_file, open_file
    sys.argv[:] = ["checker.py", *files]
    sys.stdin = io.StringIO()
_serve()
del _serve
"""
"""What a checker runs after: no file can be written for it."""


@dataclass(frozen=True, slots=True)
class CheckedStdinJob(Job):
    """Run `program` as a `StdinJob` on each of `inputs`, and then `checker` on each output: another whole program, in a
    process of its own.

    The checker is started as `checker.py input_path correct_output_path submission_output_path`, as those of
    open-r1/codeforces are, and can open these three files to read them; the correct output is the one of `correct` at
    the place of the input. It accepts by writing 1, and nothing else, and exiting with 0; whatever else becomes of it
    is a refusal. Neither program sees the other, and the program no correct output.

    A claim is that of a `StdinJob`, with the pair (output, whether it is accepted) for its value. The ending is that of
    the program, or FAILED where the checker did not come to its end.
    """

    type: ClassVar[str] = "checked_stdin"
    program: str
    inputs: tuple[str, ...]
    checker: str
    correct: tuple[str, ...]

    def runs(self, limits: Limits) -> Runs:
        """Those of the program, and one of the checker per output. A checker's failure is the program's refusal."""
        ran = yield from StdinJob(self.program, self.inputs).runs(limits)
        cases = zip(self.inputs, self.correct, ran.claims, strict=False)
        files = tuple(json.dumps([stdin, correct, claim.value]) for stdin, correct, claim in cases if _wrote(claim))
        checker = f"{_SERVE_FILES}exec(compile({self.checker!r}, 'checker.py', 'exec'))"
        checked = yield from StdinJob(checker, files).runs(limits)
        cpu_seconds = ran.cpu_seconds + checked.cpu_seconds
        if checked.ending is Ending.INFRASTRUCTURE_ERROR:
            return Result(checked.ending, (), cpu_seconds, checked.detail)
        verdicts = iter(checked.claims)
        claims = tuple(
            Claim("value", (claim.value, _accepts(next(verdicts, None)))) if _wrote(claim) else claim
            for claim in ran.claims
        )
        if ran.ending is Ending.FINISHED is not checked.ending:
            return Result(Ending.FAILED, claims, cpu_seconds, f"its checker did not come to its end: {checked.detail}")
        return Result(ran.ending, claims, cpu_seconds, ran.detail)


def _wrote(claim: Claim) -> bool:
    return claim.kind == "value"


def _accepts(verdict: Claim | None) -> bool:
    return verdict is not None and _wrote(verdict) and verdict.value.strip() in ("1", "1.0")
