"""Programs that read standard input and write standard output."""

import os
import sys
from dataclasses import dataclass
from typing import ClassVar

from astor.errors import UserError
from astor.sandbox.inside import protocol
from astor.sandbox.jobs.job import Job
from astor.sandbox.jobs.runs import request, unjudged, with_retry
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending, Result
from astor.sandbox.workers.evidence import Child, Transcript
from astor.sandbox.workers.run import Run, Runs

OUTPUTS = 8
"""Most times `stdout_bytes`, or 8 MiB where that is more, that all outputs of a job may take in memory, in which a text
has four bytes per character once one is beyond U+FFFF. Our choice: twice as much as other jobs' claims may take."""


@dataclass(frozen=True, slots=True)
class StdinJob(Job):
    """Run `program` as `__main__`, once per input, in a process of its own each time.

    An input is the whole standard input, as UTF-8; the one claim per input is the whole standard output: a value, text
    (bytes that are no UTF-8 as lone surrogates, as `surrogateescape` makes them), or "raised" where the program ended
    otherwise than with the exit status 0, with the exception's name where there was one. Standard error is lost. Each
    process has the limits of a program, and may write `stdout_bytes` to its standard output. An output that does not
    fit into 8 times as much memory (64 MiB at least) with those before it is lost, and FAILED. Every input is run, one
    after the other; the ending is that of the first abnormal end. A program that does not compile is MALFORMED and
    has no claims.
    """

    type: ClassVar[str] = "stdin"
    program: str
    inputs: tuple[str, ...]

    def runs(self, limits: Limits) -> Runs:
        """A run per input, one after the other. A program that breaks workers or does not compile is not run again."""
        asked = request(limits, mode="stdin", program=self.program)
        # All of them first: who asks is told of a mistake before anything runs.
        inputs = [_encoded(text) for text in self.inputs]
        claims: list[Claim] = []
        worst, why = Ending.FINISHED, ""
        cpu_seconds = 0.0
        most = room = OUTPUTS * max(limits.stdout_bytes, 8 << 20)
        for data in inputs:
            evidence = yield from with_retry(Run((asked,), (1,), limits, data))
            cpu_seconds += evidence.cpu_seconds
            if evidence.failure:
                return unjudged(evidence)
            (child,) = evidence.children
            ending, detail = _ending(child, limits)
            if ending is Ending.MALFORMED:
                return Result(ending, (), cpu_seconds, detail)
            claim = _claim(child, ending)
            if claim.kind == "value":
                size = sys.getsizeof(claim.value)
                if size > room:
                    ending, detail = Ending.FAILED, f"its outputs together take more than {most} bytes of memory"
                    claim = Claim("raised")
                else:
                    room -= size
            if worst is Ending.FINISHED:
                worst, why = ending, detail
            claims.append(claim)
        return Result(worst, tuple(claims), cpu_seconds, why)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UserError(f"An input can't be written as UTF-8 ({error.reason}): give it as text.") from error


def _ending(child: Child, limits: Limits) -> tuple[Ending, str]:
    status, _, killed = child.report
    if len(child.stdout) > limits.stdout_bytes:
        return Ending.FAILED, limits.exceeded("stdout_bytes")
    silent = child.transcript == Transcript(ready=True) and not child.flooded
    # It has said nothing on the sandbox's own channel, so its status is all there is.
    if silent and killed == protocol.ENDED and os.WIFEXITED(status):
        code = os.WEXITSTATUS(status)
        return (Ending.FAILED, f"it exited with status {code}") if code else (Ending.FINISHED, "")
    return child.ending(limits, 0)


def _claim(child: Child, ending: Ending) -> Claim:
    if ending is Ending.FINISHED:
        return Claim("value", child.stdout.decode("utf-8", "surrogateescape"))
    claims = child.transcript.claims
    return claims[0] if claims and claims[0].kind == "raised" else Claim("raised")
