"""Whatever bytes a child writes: the trusted side neither crashes nor hangs, and what it spends is linear in them."""

import contextlib
import os
import struct
import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from astor.sandbox.inside.codec import CodecError, decode, encode
from astor.sandbox.inside.frames import HEADER, frame, split_frames
from astor.sandbox.workers.channel import Channel
from astor.sandbox.workers.evidence import Transcript, read_transcript

READY, END = frame(("ready",)), frame(("end",))

MEMORY_MULTIPLE = 60
"""Bytes of memory that a byte of a child's may cost at most while it is read: codec.py's promise."""

SIZE = 1 << 15


def whole(tag: bytes, items: list[bytes]) -> bytes:
    """A container of these encoded items; of a dict, keys and values in turn."""
    return tag + struct.pack("<I", len(items)) + b"".join(items)


def filled(tag: bytes, item: bytes, size: int = SIZE) -> bytes:
    return whole(tag, [item] * (size // len(item)))


def chain(tag: bytes, last: bytes = b"N") -> bytes:
    return (tag + struct.pack("<I", 1)) * 90 + last


def number(value: int) -> bytes:
    return b"i" + struct.pack("<q", value)


COSTLY = {
    "nothing": lambda size: filled(b"[", b"N", size),
    "empty lists": lambda size: filled(b"[", whole(b"[", []), size),
    "empty sets": lambda size: filled(b"[", whole(b"{", []), size),
    "empty dicts": lambda size: filled(b"[", whole(b":", []), size),
    "sets of one": lambda size: filled(b"[", whole(b"{", [b"N"]), size),
    "sets of five": lambda size: filled(b"[", whole(b"{", [b"N", b"T", b"F", whole(b"(", []), whole(b"<", [])]), size),
    "dicts of one": lambda size: filled(b"[", whole(b":", [b"N", b"N"]), size),
    "deep lists": lambda size: filled(b"[", chain(b"["), size),
    "deep tuples": lambda size: filled(b"[", chain(b"("), size),
    "deep sets": lambda size: filled(b"[", chain(b"<"), size),
    "wide text": lambda size: b"s" + struct.pack("<I", size) + b"a" * (size - 4) + "\U0001f600".encode(),
    "a long number": lambda size: b"I" + struct.pack("<I", size) + b"\x7f" * size,
    # Hashes whose low bits are all the same: every member meets the others in the table's first places.
    "hashes alike": lambda size: whole(b"{", [number(n << 40) for n in range(size // 9)]),
    "keys alike": lambda size: whole(b":", [part for n in range(size // 10) for part in (number(n << 40), b"N")]),
    "one hash": lambda size: whole(
        b"<", [b"I" + struct.pack("<I", 12) + (n * ((1 << 61) - 1)).to_bytes(12, "little") for n in range(size // 17)]
    ),
    "deep members": lambda size: whole(
        b"{", [(b"(" + struct.pack("<I", 1) + b"<" + struct.pack("<I", 1)) * 49 + number(n) for n in range(size // 499)]
    ),
    "cut short": lambda size: filled(b"[", b"N", size)[:-1],
}


@pytest.mark.parametrize("shape", COSTLY)
def test_memory_is_a_multiple_of_the_bytes(shape):
    data = COSTLY[shape](SIZE)
    tracemalloc.start()
    try:
        with contextlib.suppress(CodecError):
            decode(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_MULTIPLE * len(data)


@pytest.mark.parametrize("shape", COSTLY)
def test_time_is_linear_in_the_bytes(shape):
    def cost(size: int) -> float:
        data = COSTLY[shape](size)
        spent = []
        for _ in range(3):
            started = time.process_time()
            with contextlib.suppress(CodecError):
                decode(data)
            spent.append(time.process_time() - started)
        return min(spent)

    # Sixteen would be quadratic; clocks tick, and caches are only so large.
    assert cost(4 * SIZE) < 10 * max(cost(SIZE), 0.001)


frames = st.sampled_from(
    [
        READY,
        END,
        frame(("value", [1, "a", {2: (3.0, None)}, {b"b"}])),
        frame(("raised", "KeyError")),
        frame(("opaque",)),
        frame(("failed", "it failed")),
        struct.pack("<I", 0),
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<I", 5) + b"[\xff\xff\xff\xff",
        struct.pack("<I", 500) + chain(b"[") + chain(b"("),
    ]
)


@given(st.lists(frames | st.binary(max_size=40), max_size=12).map(b"".join), st.data())
@example(b"", None)
def test_any_bytes_are_a_transcript_however_they_are_bent(data, draw):
    if draw is not None and data:
        place = draw.draw(st.integers(0, len(data) - 1))
        data = data[:place] + bytes([draw.draw(st.integers(0, 255))]) + data[place + 1 :]
    payloads = list(split_frames(data))
    assert sum(len(payload) + HEADER for payload in payloads) <= len(data)
    assert isinstance(read_transcript(data, 3), Transcript)


def test_a_child_that_dies_at_any_byte_leaves_the_claims_before_it():
    claims = [frame(("value", [n, "x" * n, {n: (n,)}])) for n in range(4)]
    data = READY + b"".join(claims) + END
    ends = [len(READY) + sum(map(len, claims[: n + 1])) for n in range(4)]
    for cut in range(len(data) + 1):
        transcript = read_transcript(data[:cut], 4)
        assert transcript.ready == (cut >= len(READY))
        assert len(transcript.claims) == sum(end <= cut for end in ends)
        assert (transcript.final == "end") == (cut == len(data))
        assert not transcript.nonsense


@given(st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=3)))
def test_a_value_cut_short_at_any_byte_is_a_codec_error(value):
    data = encode(value)
    for cut in range(len(data)):
        with pytest.raises(CodecError):
            decode(data[:cut])


@pytest.mark.parametrize(
    "piece",
    [struct.pack("<I", 0), struct.pack("<I", 1) + b"N", END, frame(("opaque",)), READY],
    ids=["empty", "a byte", "endings", "claims", "ready"],
)
@pytest.mark.parametrize("start", [b"", READY], ids=["unready", "ready"])
def test_a_million_tiny_frames_end_at_the_first_nonsense(piece, start):
    data = start + piece * (1_000_000 // (1 if len(piece) < 8 else 8))
    tracemalloc.start()
    try:
        transcript = read_transcript(data, 3)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert transcript.nonsense
    assert len(transcript.claims) <= 3
    assert peak < 1 << 16


@pytest.mark.parametrize("depth", [99, 100, 101, 10_000, 1_000_000])
def test_nesting_is_refused_where_the_codec_says(depth):
    data = (b"[" + struct.pack("<I", 1)) * depth + b"N"
    if depth <= 100:
        decode(data)
    else:
        with pytest.raises(CodecError, match="deep"):
            decode(data)


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=20), st.integers(0, 8000))
def test_a_channel_gathers_what_it_may_and_says_so_beyond(parts, limit):
    channel = Channel(b"", limit)
    written = 0
    with contextlib.suppress(BrokenPipeError):
        for part in parts:
            channel.theirs.sendall(part)
            written += len(part)
            channel.pump()
    channel.theirs.close()
    channel.pump()
    assert channel.ended
    assert channel.flooded == (written > limit)
    assert len(channel.received) <= limit + (1 << 16)
    assert bytes(channel.received) == b"".join(parts)[: len(channel.received)]
    channel.close()


def test_a_channel_sends_as_much_as_goes_and_outlives_who_does_not_read():
    request = os.urandom(1 << 20)
    channel = Channel(request, 1000)
    channel.pump()
    assert 0 < len(channel.unsent) < len(request)
    channel.theirs.sendall(b"still there")
    channel.theirs.close()
    channel.pump()
    assert (bytes(channel.received), len(channel.unsent), channel.ended) == (b"still there", 0, True)
    channel.pump()
    channel.close()
