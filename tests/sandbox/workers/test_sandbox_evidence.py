"""Whatever bytes a child writes, the trusted side reads claims or nonsense, and nothing else."""

import signal
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from astor.sandbox import Claim, Ending, Limits
from astor.sandbox.inside.frames import frame
from astor.sandbox.inside.protocol import CPU, ENDED, LEFT_OVER, WALL
from astor.sandbox.workers.evidence import Child, Transcript, read_transcript

READY, END = frame(("ready",)), frame(("end",))
ANSWER = frame(("value", 1))

messages = st.sampled_from(
    [
        READY,
        END,
        ANSWER,
        frame(("opaque",)),
        frame(("raised", "ValueError")),
        frame(("malformed", "why")),
        frame(("raised", 3)),
        frame(("end", "a\nb")),
        frame(()),
        frame("end"),
        frame(("value",)),
        b"\x03\0\0\0???",
        b"\xff\xff\xff\xffx",
    ]
)


@given(st.lists(messages | st.binary(max_size=12), max_size=8).map(b"".join), st.integers(0, 3))
@example(b"", 0)
@example(b"\0\0\0\0" * 100, 3)
def test_any_bytes_make_a_transcript(data, answers):
    transcript = read_transcript(data, answers)
    assert len(transcript.claims) <= answers
    assert not (transcript.claims and not transcript.ready)
    child = Child((0, 0.0, ENDED), transcript, flooded=False)
    ending, detail = child.ending(Limits(), answers)
    assert detail.isprintable()
    if ending is Ending.FINISHED:
        assert transcript.ready
        assert transcript.final == "end"
        assert len(transcript.claims) == answers


@pytest.mark.parametrize(
    ("data", "transcript"),
    [
        (READY + ANSWER + END, Transcript(True, (Claim("value", 1),), "end")),
        (READY + frame(("raised", "KeyError")), Transcript(True, (Claim("raised", exception="KeyError"),))),
        (READY + ANSWER[:-1], Transcript(True)),
        (READY + frame(("stopped", "it raised")), Transcript(True, (), "stopped", "it raised")),
        (ANSWER + END, Transcript(nonsense=True)),
        (READY + END + ANSWER, Transcript(True, (), "end", nonsense=True)),
        (READY + END + END, Transcript(True, (), "end", nonsense=True)),
        (READY + ANSWER * 2, Transcript(True, (Claim("value", 1),), nonsense=True)),
        (READY + frame(("raised", "no name")), Transcript(True, nonsense=True)),
        (READY + frame(("raised", "x" * 41)), Transcript(True, nonsense=True)),
        (READY + frame(("stopped", "x" * 201)), Transcript(True, nonsense=True)),
        (READY + frame(("opaque", 1)), Transcript(True, nonsense=True)),
        (READY + frame(["end"]), Transcript(True, nonsense=True)),
    ],
)
def test_a_transcript_goes_to_its_final_frame_or_to_the_first_nonsense(data, transcript):
    assert read_transcript(data, 1) == transcript


WHOLE = Transcript(True, (Claim("value", 1),), "end")
CUT = Transcript(True)


@pytest.mark.parametrize(
    ("report", "transcript", "flooded", "ending"),
    [
        ((0, 0.1, ENDED), WHOLE, False, Ending.FINISHED),
        ((256, 0.1, ENDED), WHOLE, False, Ending.FAILED),
        ((0, 0.1, ENDED), CUT, False, Ending.FAILED),
        ((signal.SIGSEGV, 0.1, ENDED), WHOLE, False, Ending.FAILED),
        ((signal.SIGKILL, 0.1, WALL), WHOLE, False, Ending.TIMEOUT),
        ((signal.SIGKILL, 2.0, CPU), WHOLE, False, Ending.TIMEOUT),
        ((signal.SIGXCPU, 1.9, ENDED), CUT, False, Ending.TIMEOUT),
        ((signal.SIGKILL, 2.5, ENDED), CUT, False, Ending.TIMEOUT),
        ((signal.SIGKILL, 0.1, ENDED), CUT, False, Ending.OUT_OF_MEMORY),
        ((0, 0.1, ENDED), Transcript(True, (), "memory"), False, Ending.OUT_OF_MEMORY),
        ((signal.SIGSYS, 0.1, ENDED), CUT, False, Ending.FORBIDDEN),
        ((0, 0.1, ENDED), Transcript(True, WHOLE.claims, "end", nonsense=True), False, Ending.FORBIDDEN),
        ((0, 0.1, ENDED), WHOLE, True, Ending.FAILED),
        ((0, 0.1, ENDED), Transcript(True, (), "malformed", "no entry"), False, Ending.MALFORMED),
        ((signal.SIGKILL, 0.1, LEFT_OVER), CUT, False, Ending.FAILED),
    ],
)
def test_the_report_decides_over_the_claim(report, transcript, flooded, ending):
    assert Child(report, transcript, flooded).ending(Limits(), 1)[0] is ending


def test_a_length_without_a_frame_grows_nothing():
    assert read_transcript(READY + struct.pack("<I", 0xFFFFFFFF) + b"x" * 100, 1) == Transcript(True)
