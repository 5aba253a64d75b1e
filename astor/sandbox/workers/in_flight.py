"""A run in flight: a worker is busy with it. And the evidence of it when the worker has reported or died."""

import time
from collections.abc import Sequence

from astor.sandbox.inside import protocol
from astor.sandbox.workers.channel import Channel
from astor.sandbox.workers.evidence import Child, Evidence, read_transcript
from astor.sandbox.workers.run import Run
from astor.sandbox.workers.worker import Report

_OVERHEAD_BYTES = 1 << 12
"""Room for the frames that are no claims."""


class InFlight:
    """A run and its channels: one per child, and one more where its standard output is gathered."""

    def __init__(self, run: Run) -> None:
        """OSError where there is no descriptor left for a channel."""
        self.run = run
        self.channels: list[Channel] = []
        self.started = time.monotonic()
        self.watched = False
        """Its channels are pumped when they can be, not only at its end."""
        most = run.limits.output_bytes
        try:
            for request in run.requests:
                self.channels.append(Channel(request, most + _OVERHEAD_BYTES))
            if run.stdin is not None:
                self.channels.append(Channel(b"", run.limits.stdout_bytes))
        except OSError:
            for channel in self.channels:
                channel.close()
            raise
        for channel in self.channels:
            channel.pump()

    def evidence(self, reports: Sequence[Report]) -> Evidence:
        """What is known of the run, once its channels have been pumped for the last time."""
        if not reports:
            return Evidence(failure="the worker could not fork")
        stdout = self.channels[-1] if self.run.stdin is not None else None
        children = tuple(
            Child(
                report,
                read_transcript(bytes(channel.received), answers),
                channel.flooded or (stdout is not None and stdout.flooded),
                bytes(stdout.received) if stdout is not None else b"",
            )
            for report, channel, answers in zip(reports, self.channels, self.run.answers, strict=False)
        )
        # No program has run before its child said that it was ready, so none can bring this about.
        if any(not child.transcript.ready and child.report[2] != protocol.LEFT_OVER for child in children):
            return Evidence(children, failure="a child could not be confined")
        return Evidence(children)
