"""Judges one program from files: what `astor sandbox judge` does, for people who want nothing else of astor."""

import json
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.records import Outcome
from astor.sandbox.check_plan import BROKEN_CHECK
from astor.sandbox.comparison import same_value
from astor.sandbox.jobs import CallsJob, CheckJob, Claim
from astor.sandbox.options import SandboxOptions
from astor.sandbox.sandbox import Sandbox

PROGRAM_BYTES = 1 << 20
"""Most bytes of a program: our choice, a thousand pages."""

TESTS_BYTES = 1 << 28


def judge_files(
    program: Path, entry: str, tests: Path | None, check: Path | None, options: SandboxOptions | None = None
) -> dict[str, Any]:
    """{"outcome", "passed", "total", "cpu_seconds"} of a program against exactly one of `tests` and `check`.

    `tests` is a JSON list of `{"args": [...], "expected": ...}`; `check` is a file that defines `check(candidate)`
    and counts as one test. JSON has no tuples and only text as keys, so a result is compared in the form that JSON
    would give it: `(1, 2)` is the same as `[1, 2]`, and `{1: 2}` as `{"1": 2}`; what JSON can't hold, as sets, equals
    nothing. Apart from that `same_value` decides. `outcome` is "passed" where every test passed. A program that is no
    text, or larger than 1 MiB, is "malformed". Files that can't be read or hold no test are a UserError.
    """
    if (tests is None) == (check is None):
        raise UserError("A program is judged by tests or by a check: give --tests or --check, and not both.")
    if not entry.isidentifier():
        raise UserError(f"The entry {entry!r} is not the name of a function: give a name such as solve.")
    cases = _read_tests(tests) if tests is not None else []
    check_source = _read_text(check, "check") if check is not None else ""
    source = _read_program(program)
    total = len(cases) if tests is not None else 1
    if source is None:
        return _verdict(Outcome.MALFORMED, 0, total, 0.0)
    with Sandbox(options) as sandbox:
        if check is not None:
            (result,) = sandbox.run([CheckJob(source, entry, check_source)])
            if result.detail.startswith(BROKEN_CHECK):
                raise UserError(f"{check} can't be used: {result.detail.removeprefix(BROKEN_CHECK)}.")
            passed = int(result.outcome is Outcome.PASSED)
        else:
            (result,) = sandbox.run([CallsJob(source, entry, tuple(tuple(case["args"]) for case in cases))])
            passed = sum(
                _is_expected(claim, case["expected"]) for claim, case in zip(result.claims, cases, strict=False)
            )
    wrong = result.outcome is Outcome.PASSED and passed < total
    return _verdict(Outcome.FAILED if wrong else result.outcome, passed, total, result.cpu_seconds)


def _verdict(outcome: Outcome, passed: int, total: int, cpu_seconds: float) -> dict[str, Any]:
    return {"outcome": outcome.value, "passed": passed, "total": total, "cpu_seconds": round(cpu_seconds, 6)}


def _is_expected(claim: Claim, expected: Any) -> bool:
    return claim.kind == "value" and same_value(_as_json(claim.value), expected)


def _as_json(value: Any) -> Any:
    """`value` with lists for tuples and text for keys. Its depth is limited: it has come through the codec."""
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, dict):
        return {_as_key(key): _as_json(item) for key, item in value.items()}
    return value


def _as_key(key: Any) -> Any:
    if isinstance(key, bool | float | None):
        return json.dumps(key)
    # Beyond some thousand digits Python would refuse to write the number.
    return str(key) if isinstance(key, int) and abs(key) < 1 << 64 else key


def _read_program(path: Path) -> str | None:
    """Source of the program; None where the file is no text or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(PROGRAM_BYTES + 1)
        return None if len(data) > PROGRAM_BYTES else data.decode()
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise UserError(f"The program {path} can't be read ({error.strerror}): give the path of a file.") from error


def _read_text(path: Path, what: str) -> str:
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


def _read_tests(path: Path) -> list[dict[str, Any]]:
    text = _read_text(path, "tests")
    try:
        cases = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"The tests {path} are not JSON ({error}): mend the file.") from error
    if not isinstance(cases, list):
        raise UserError(f'The tests {path} are a {type(cases).__name__}: give a list of {{"args", "expected"}}.')
    if not cases:
        raise UserError(f"The tests {path} hold no test: give at least one.")
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, dict) or not isinstance(case.get("args"), list) or "expected" not in case:
            raise UserError(f'Test {number} of {path} is not {{"args": [...], "expected": ...}}: mend it.')
    return cases
