"""What LiveCodeBench packs is unpacked, and nothing that a pickle says is done."""

import base64
import builtins
import json
import pickle
import zlib
from typing import Any

import pytest

from astor.data.forms import packed_tests
from astor.data.forms.packed_tests import unpack_tests
from astor.data.forms.problem import UnusableError

TESTS = json.dumps([{"input": "1", "output": "2", "testtype": "stdin"}] * 3)


def packed(pickled: bytes) -> str:
    return base64.b64encode(zlib.compress(pickled)).decode()


class Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        return builtins.exec, ("raise SystemExit('it ran')",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_text_is_read(protocol: int) -> None:
    assert unpack_tests(packed(pickle.dumps(TESTS, protocol))) == TESTS


@pytest.mark.parametrize("text", [TESTS, f"\n {TESTS}", "", "[]"])
def test_what_is_not_packed_stays(text: str) -> None:
    assert unpack_tests(text) == text


@pytest.mark.parametrize(
    "pickled",
    [
        *(pickle.dumps(Hostile(), protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        pickle.dumps(print),
        pickle.dumps([TESTS]),
        pickle.dumps(TESTS)[:-5],
        b"r\xff\xff\xff\x7f.",
        b"(S'x'\nS'y'\no.",
        b"Vtests\np0\nQ.",
        b"",
    ],
)
def test_what_is_no_text_is_refused(pickled: bytes) -> None:
    with pytest.raises(UnusableError, match="packed in no known way"):
        unpack_tests(packed(pickled))


@pytest.mark.parametrize("text", ["eJxrYJmawwABHVMA", "!", "no base 64", base64.b64encode(b"no zlib").decode()])
def test_what_is_damaged_is_refused(text: str) -> None:
    with pytest.raises(UnusableError, match="packed in no known way"):
        unpack_tests(text)


def test_what_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_tests, "MOST_BYTES", 1000)
    with pytest.raises(UnusableError, match="too large"):
        unpack_tests(packed(pickle.dumps("a" * 1_000_000)))
