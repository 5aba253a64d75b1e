"""Plain data as Python literals, and whole numbers of any size.

CPython refuses to read or write an int of more than 4300 decimal digits, because that takes time quadratic in their
number (`sys.set_int_max_str_digits`). Here none is refused: reading takes n^1.6 steps, and what takes long to write in
decimal is written in hexadecimal, which takes n.
"""

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from typing import Any

DECIMAL_BITS = 1 << 16
"""Most bits of an int that is written in decimal, 19728 digits. Our choice: it takes five milliseconds."""

_PIECE = 4000
"""Digits that CPython reads and writes at once."""
_BEYOND = 10**_PIECE

_LONG = re.compile(f"[0-9](?:_?[0-9]){{{_PIECE},}}")


def read_int(digits: str) -> int:
    """The int that `digits` write in decimal, with or without a sign: what JSON and Python do not read beyond 4300."""
    if len(digits) <= _PIECE:
        return int(digits)
    if digits[0] in "+-":
        return -read_int(digits[1:]) if digits[0] == "-" else read_int(digits[1:])
    half = len(digits) // 2
    return read_int(digits[:-half]) * int(10**half) + read_int(digits[-half:])


def write_int(value: int) -> str:
    """`value` in decimal up to 19728 digits, and in hexadecimal beyond."""
    if value.bit_length() > DECIMAL_BITS:
        return f"{value:#x}"
    return f"-{_digits(-value)}" if value < 0 else _digits(value)


def _digits(value: int) -> str:
    if value < _BEYOND:
        return str(value)
    rest, last = divmod(value, _BEYOND)
    return _digits(rest) + str(last).zfill(_PIECE)


def read_literal(text: str) -> Any:
    """The value of a Python literal, as `ast.literal_eval` reads it; ValueError or SyntaxError where it is none."""
    return ast.literal_eval(_shortened(text) if _LONG.search(text) else text)


def _shortened(text: str) -> str:
    """The same literal with long numbers in hexadecimal."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text.strip()).readline))
    except tokenize.TokenError as error:
        raise SyntaxError(str(error)) from error
    return tokenize.untokenize(
        (kind, hex(read_int(part.replace("_", ""))) if kind == tokenize.NUMBER and _LONG.fullmatch(part) else part)
        for kind, part, *_ in tokens
    )


def write_literal(value: Any) -> str:
    """Plain data as a literal, the same in every process: of sets numbers first, by size, then the rest by its text."""
    if isinstance(value, list):
        return f"[{_listed(value)}]"
    if isinstance(value, tuple):
        return f"({_listed(value)},)" if len(value) == 1 else f"({_listed(value)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_literal(key)}: {write_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, set) and value:
        return "{" + _listed(sorted(value, key=_place)) + "}"
    if isinstance(value, frozenset):
        return f"frozenset({write_literal(set(value)) if value else ''})"
    if isinstance(value, int) and not isinstance(value, bool):
        return write_int(value)
    return repr(value)


def _place(member: Any) -> tuple[int, float, str]:
    return (0, member, "") if isinstance(member, int | float) else (1, 0, write_literal(member))


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(write_literal, values))
