"""Records in JSON text: one object a line, an array of them, or all of them in one object."""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from astor.data.file_kinds import opened
from astor.errors import UserError
from astor.literals import read_int

CHUNK = 1 << 20
"""Characters of an array that are read at once; an element that is longer is read in steps that double."""
HOLDERS = ("data", "records", "rows")
"""Fields of a lone object that hold its records, whatever stands beside them. The hub's server sends `rows`, each in a
field `row`."""
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_int=read_int)


class Placed(NamedTuple):
    """A record, its number in the file, from 1, and where it stands there, as `line 3`."""

    number: int
    place: str
    record: dict[str, Any]


def json_records(path: Path) -> Iterator[Placed]:
    """The records of a file in UTF-8, with or without a byte order mark.

    Of objects on lines of their own, of an array, or of objects one after another, one is held at a time. A lone object
    is held whole: where it has one of `HOLDERS`, or nothing but objects by their names, arrays of objects, or columns
    of one length, those are the records, and else it is one.

    Raises:
        UserError: what is no JSON, no Unicode or no object, with its place.
    """
    with opened(path) as stream:
        lines = ((number, line) for number, line in enumerate(stream, start=1) if line.strip())
        first = next(lines, None)
        if first is None:
            return
        if _stands_alone(first[1]):
            yield from _unwrapped(_by_line(path, chain([first], lines)))
            return
    with opened(path) as stream:
        yield from _unwrapped(_by_value(path, io.TextIOWrapper(stream, "utf-8-sig")))


def _stands_alone(line: bytes) -> bool:
    """Whether the first line is to be judged by itself: it does not begin an array, or an object of several lines."""
    text = line.removeprefix(b"\xef\xbb\xbf").strip()
    if not text.startswith(b"{"):
        return not text.startswith(b"[")
    try:
        _DECODER.decode(text.decode())
    except json.JSONDecodeError:
        return False
    except (ValueError, RecursionError):
        return True
    return True


def _by_line(path: Path, lines: Iterable[tuple[int, bytes]]) -> Iterator[Placed]:
    for number, line in lines:
        place = f"{path}, line {number}"
        try:
            value = _DECODER.decode(line.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise UserError(f"{place} is not UTF-8 ({error}): save the file in UTF-8.") from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"{place} is not JSON ({error}): write one JSON object a line.") from error
        yield Placed(number, f"line {number}", _checked(place, value, halves=rb"\ud" in line.lower()))


def _by_value(path: Path, text: TextIO) -> Iterator[Placed]:
    number = 0
    try:
        for number, value in enumerate(_Values(text), start=1):
            yield Placed(number, f"record {number}", _checked(f"{path}, record {number}", value, halves=True))
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 after record {number} ({error}): save the file in UTF-8.") from error
    except (ValueError, RecursionError) as error:
        told = f"{path}, record {number + 1} is not JSON ({error}): write one JSON object a line, or an array of them."
        raise UserError(told) from error


def _checked(place: str, value: Any, halves: bool) -> dict[str, Any]:
    """The value where it is an object, and one that can be written in UTF-8."""
    if not isinstance(value, dict):
        raise UserError(f"{place} is a {type(value).__name__}, not an object: write one JSON object a line.")
    try:
        if halves:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        raise UserError(f"{place} is not Unicode ({half!r} is half a character): mend the line.") from error
    return value


class _Values:
    """The elements of an array, or values that stand one after another.

    By `json` itself, which also reads what its own `dump` writes and JSON has not, as NaN.
    """

    def __init__(self, text: TextIO) -> None:
        self.text, self.buffer, self.place = text, "", 0

    def __iter__(self) -> Iterator[Any]:
        if self._sign() != "[":
            while self._sign():
                yield self._value()
            return
        self.place += 1
        sign = "" if self._sign() != "]" else "]"
        while sign != "]":
            yield self._value()
            sign = self._sign()
            if sign not in ("]", ","):
                raise ValueError("the array ends early" if not sign else f"',' or ']' should stand before {sign!r}")
            self.place += sign == ","
        self.place += 1
        if sign := self._sign():
            raise ValueError(f"after the array stands {sign!r}")

    def _value(self) -> Any:
        self._sign()
        while True:
            try:
                value, self.place = _DECODER.raw_decode(self.buffer, self.place)
            except json.JSONDecodeError:
                if not self._reads_on():
                    raise
            else:
                return value

    def _sign(self) -> str:
        """The next character that is no white space; empty at the end of the text."""
        while True:
            space = _SPACE.match(self.buffer, self.place)
            assert space is not None, "it may be empty"
            self.place = space.end()
            if self.place < len(self.buffer):
                return self.buffer[self.place]
            if not self._reads_on():
                return ""

    def _reads_on(self) -> bool:
        left = self.buffer[self.place :]
        more = self.text.read(max(CHUNK, len(left)))
        self.buffer, self.place = left + more, 0
        return bool(more)


def _unwrapped(records: Iterator[Placed]) -> Iterator[Placed]:
    """The records; of a lone object, those that it holds."""
    first, second = next(records, None), next(records, None)
    if first is None:
        return
    if second is not None:
        yield from chain([first, second], records)
        return
    found = list(_held(first.record))
    if found == [first.record]:
        yield first
        return
    for number, record in enumerate(found, start=1):
        yield Placed(number, f"record {number}", record)


def _held(record: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for name in HOLDERS:
        held = record.get(name)
        if isinstance(held, list) and held and all(isinstance(each, dict) for each in held):
            return [each["row"] if isinstance(each.get("row"), dict) else each for each in held]
    parts = list(record.values())
    if parts and all(isinstance(part, dict) for part in parts):
        names = list(parts[0])
        if names == [str(row) for row in range(len(names))] and all(list(part) == names for part in parts):
            return _rows(
                {column: list(part.values()) for column, part in record.items()}
            )  # As pandas writes by default.
        return parts
    if parts and all(isinstance(part, list) for part in parts):
        if all(isinstance(each, dict) for part in parts for each in part):
            return [each for part in parts for each in part]
        if len({len(part) for part in parts}) == 1:
            return _rows(record)
    return [record]


def _rows(columns: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
