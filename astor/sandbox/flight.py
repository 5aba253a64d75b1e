"""A run that a worker is busy with, and the evidence of it when the worker has reported or died."""

import time
from collections.abc import Sequence

from astor.sandbox.evidence import Child, Evidence, read_account
from astor.sandbox.inside import protocol
from astor.sandbox.line import Line
from astor.sandbox.runs import Run
from astor.sandbox.worker import Report

_OVERHEAD_BYTES = 1 << 12
"""Room for the frames that are no claims."""


class Flight:
    """A run and its lines: one per child, and one more where its standard output is gathered."""

    def __init__(self, run: Run) -> None:
        """OSError where there is no descriptor left for a line."""
        self.run = run
        self.lines: list[Line] = []
        self.started = time.monotonic()
        self.watched = False
        """Its lines are pumped when they can be, not only at its end."""
        most = run.limits.output_bytes
        try:
            for request in run.requests:
                self.lines.append(Line(request, most + _OVERHEAD_BYTES))
            if run.stdin is not None:
                self.lines.append(Line(b"", most))
        except OSError:
            for line in self.lines:
                line.close()
            raise
        for line in self.lines:
            line.pump()

    def evidence(self, reports: Sequence[Report]) -> Evidence:
        """What is known of the run, once its lines have been pumped for the last time."""
        if not reports:
            return Evidence(failure="the worker could not fork")
        stdout = self.lines[-1] if self.run.stdin is not None else None
        children = tuple(
            Child(
                report,
                read_account(bytes(line.received), answers),
                line.flooded or (stdout is not None and stdout.flooded),
                bytes(stdout.received) if stdout is not None else b"",
            )
            for report, line, answers in zip(reports, self.lines, self.run.answers, strict=False)
        )
        # No program has run before its child said that it was ready, so none can bring this about.
        if any(not child.account.ready and child.report[2] != protocol.LEFT_OVER for child in children):
            return Evidence(children, failure="a child could not be confined")
        return Evidence(children)
