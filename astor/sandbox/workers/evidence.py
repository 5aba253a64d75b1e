"""What is known after a run, and what it comes to.

The zygote's report is trusted; the bytes that a child wrote are its claims. Claims of having failed are taken at
their word, since failing never pays; a claim of success needs the report to agree.
"""

import os
import signal
from dataclasses import dataclass
from typing import Any

from astor.sandbox.inside import protocol
from astor.sandbox.inside.codec import CodecError, decode
from astor.sandbox.inside.frames import split_frames
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending
from astor.sandbox.workers.worker import Report

_EXCEPTION_LENGTH = 40
_REASON_LENGTH = 200


@dataclass(frozen=True)
class Transcript:
    """What a child wrote, in order, up to its final frame or the first nonsense."""

    ready: bool = False
    claims: tuple[Claim, ...] = ()
    final: str = ""
    """Kind of its final frame, one of `protocol.FINAL_FRAMES`; empty where none came."""
    why: str = ""
    nonsense: bool = False
    """It wrote what is no frame, no claim, more claims than calls, or anything after its final frame."""


@dataclass(frozen=True)
class Child:
    """One child of a run: the zygote's report on it and the bytes that it wrote."""

    report: Report
    transcript: Transcript
    flooded: bool
    """It wrote more than it may."""
    stdout: bytes = b""
    """Its standard output, where that was gathered."""

    @property
    def cpu_seconds(self) -> float:
        """User and system time."""
        return self.report[1]

    @property
    def left_over(self) -> bool:
        """It was killed because the other process of its pair had ended, and had done nothing to end by itself."""
        own_end = self.transcript.final not in ("", "end") or self.transcript.nonsense or self.flooded
        return self.report[2] == protocol.LEFT_OVER and not own_end

    def ending(self, limits: Limits, answers: int) -> tuple[Ending, str]:
        """How the child ended, and why; FINISHED where it gave `answers` claims and ended as a child should."""
        status, cpu_seconds, killed = self.report
        if self.transcript.nonsense:
            return Ending.FORBIDDEN, "it wrote to the sandbox's own channel"
        if self.flooded or self.transcript.final == "flood":
            return Ending.FAILED, limits.exceeded("output_bytes")
        if killed == protocol.WALL:
            return Ending.TIMEOUT, limits.exceeded("wall_seconds")
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        by_kernel = killed == protocol.ENDED and number == signal.SIGKILL
        if killed == protocol.CPU or number == signal.SIGXCPU or (by_kernel and cpu_seconds >= limits.cpu_seconds):
            return Ending.TIMEOUT, limits.exceeded("cpu_seconds")
        if by_kernel:
            # No program can send this signal, so it was the kernel for want of memory, unless the program has lowered
            # its own limit of CPU seconds.
            return Ending.OUT_OF_MEMORY, "the machine ran out of memory"
        if number == signal.SIGSYS:
            return Ending.FORBIDDEN, "it made a system call of another architecture"
        return self._by_its_transcript(limits, answers, number)

    def _by_its_transcript(self, limits: Limits, answers: int, number: int) -> tuple[Ending, str]:
        match self.transcript.final:
            case "memory":
                return Ending.OUT_OF_MEMORY, limits.exceeded("memory_mb")
            case "malformed":
                return Ending.MALFORMED, self.transcript.why
            case "stopped" | "failed":
                return Ending.FAILED, self.transcript.why
            case "end" if self.report[0] == 0 and len(self.transcript.claims) == answers:
                return Ending.FINISHED, ""
        if number and self.report[2] == protocol.ENDED:
            return Ending.FAILED, f"it crashed ({signal.Signals(number).name})"
        return Ending.FAILED, "it ended before all was answered"


@dataclass(frozen=True)
class Evidence:
    """Everything about one run. Without children, `failure` says what we failed at."""

    children: tuple[Child, ...] = ()
    failure: str = ""
    worker_died: bool = False
    forbidden: bool = False
    """The failure is the program's doing."""

    @property
    def cpu_seconds(self) -> float:
        """User and system time of all children."""
        return sum(child.cpu_seconds for child in self.children)


def read_transcript(data: bytes, answers: int) -> Transcript:
    """What the bytes of a child say that may give `answers` claims. Any bytes will do."""
    ready, claims, final, why = False, list[Claim](), "", ""
    for payload in split_frames(data):
        message = _message(payload)
        if message is None or final:
            return Transcript(ready, tuple(claims), final, why, nonsense=True)
        head, rest = message[0], message[1:]
        if not ready:
            ready = message == ("ready",)
            if not ready:
                return Transcript(nonsense=True)
        elif head in protocol.FINAL_FRAMES:
            final = head
            why = "".join(rest)
        else:
            claim = _claim(head, rest)
            if claim is None or len(claims) == answers:
                return Transcript(ready, tuple(claims), final, why, nonsense=True)
            claims.append(claim)
    return Transcript(ready, tuple(claims), final, why)


def _message(payload: bytes) -> tuple[Any, ...] | None:
    try:
        message = decode(payload)
    except CodecError:
        return None
    if type(message) is not tuple or not 1 <= len(message) <= 2 or type(message[0]) is not str:
        return None
    is_final = message[0] in protocol.FINAL_FRAMES
    if is_final and not all(type(part) is str and _is_line(part, _REASON_LENGTH) for part in message):
        return None
    return message


def _claim(kind: str, rest: tuple[Any, ...]) -> Claim | None:
    match kind, rest:
        case "value", (value,):
            return Claim("value", value)
        case "raised", (str(name),) if name.isidentifier() and _is_line(name, _EXCEPTION_LENGTH):
            return Claim("raised", exception=name)
        case "opaque", ():
            return Claim("opaque")
    return None


def _is_line(text: str, length: int) -> bool:
    return len(text) <= length and text.isascii() and text.isprintable()
