"""Programs and their tests, read from files."""

import io
import json
import tokenize
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.literals import read_int

PROGRAM_BYTES = 1 << 20
"""Most bytes of a program: our choice, a thousand pages."""

TESTS_BYTES = 1 << 28


def read_program(path: Path) -> str | None:
    """Source of the program; None where the file is no text or too large. UserError where it can't be read.

    Text is UTF-8, with or without a byte order mark, or latin-1 where a line says so as PEP 263 has it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(PROGRAM_BYTES + 1)
        return None if len(data) > PROGRAM_BYTES else _decoded(data)
    except (UnicodeDecodeError, SyntaxError):
        return None
    except OSError as error:
        raise UserError(f"The program {path} can't be read ({error.strerror}): give the path of a file.") from error


def _decoded(data: bytes) -> str:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    # Of the many encodings that may be named, some take quadratic time.
    return data.decode("latin-1" if encoding == "iso-8859-1" else "utf-8-sig")


def read_text(path: Path, what: str) -> str:
    """Text of a file that holds `what`; UserError where there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(TESTS_BYTES + 1)
        if len(data) > TESTS_BYTES:
            raise UserError(f"The {what} {path} has more than {TESTS_BYTES >> 20} MiB: give a smaller file.")
        return data.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"The {what} {path} is not UTF-8 text ({error.reason}): save it as such.") from error
    except OSError as error:
        raise UserError(f"The {what} {path} can't be read ({error.strerror}): give the path of a file.") from error


def read_calls(path: Path) -> list[tuple[list[Any], Any]]:
    """(arguments, expected value) of a JSON list of {"args": [...], "expected": ...}; UserError of anything else."""
    cases = _read_list(path, '{"args": [...], "expected": ...}', {"args": list, "expected": object})
    return [(case["args"], case["expected"]) for case in cases]


def read_streams(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """(standard input, right outputs) of a JSON list of {"stdin": text, "expected": text or texts}; else UserError."""
    form = '{"stdin": "...", "expected": "..."}'
    cases = _read_list(path, form, {"stdin": str, "expected": str | list})
    tests = []
    for number, case in enumerate(cases, start=1):
        outputs = (case["expected"],) if isinstance(case["expected"], str) else tuple(case["expected"])
        if not outputs or not all(isinstance(output, str) for output in outputs):
            raise UserError(f"Test {number} of {path} is not {form} or a list of outputs: mend it.")
        tests.append((case["stdin"], outputs))
    return tests


def _read_list(path: Path, form: str, types: dict[str, Any]) -> list[dict[str, Any]]:
    text = read_text(path, "tests")
    try:
        cases = json.loads(text, parse_int=read_int)
    except (ValueError, RecursionError) as error:
        raise UserError(f"The tests {path} are not JSON ({error}): mend the file.") from error
    if not isinstance(cases, list):
        raise UserError(f"The tests {path} are a {type(cases).__name__}: give a list of {form}.")
    if not cases:
        raise UserError(f"The tests {path} hold no test: give at least one.")
    missing = object()
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, dict) or any(
            (value := case.get(key, missing)) is missing or not isinstance(value, kind) for key, kind in types.items()
        ):
            raise UserError(f"Test {number} of {path} is not {form}: mend it.")
    return cases
