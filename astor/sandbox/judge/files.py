"""Judges one program from files: what `astor sandbox judge` does, for people who want nothing else of astor."""

import json
import keyword
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

from astor.errors import UserError
from astor.literals import write_int
from astor.sandbox.comparison import How, same_output, same_value
from astor.sandbox.jobs import CallsJob, CheckedStdinJob, CheckJob, Job, StdinJob
from astor.sandbox.jobs.check import BROKEN_CHECK
from astor.sandbox.judge.cases import read_calls, read_program, read_streams, read_text
from astor.sandbox.options import SandboxOptions
from astor.sandbox.results import Claim, Ending
from astor.sandbox.sandbox import Sandbox

Way = Literal["tests", "stdin", "check", "unittest", "pytest"]


def judge_files(
    program: Path,
    way: Way,
    tests: Path,
    entry: str | None = None,
    compare: How = "whitespace",
    options: SandboxOptions | None = None,
    checker: Path | None = None,
) -> dict[str, Any]:
    """{"outcome", "passed", "total", "cpu_seconds"} of a program against the `tests` of a file, and a "reason" where
    there is more to tell than what passed.

    `way` says what the file holds, and what of the program is tested:

    - tests: a JSON list of `{"args": [...], "expected": ...}`, of its function `entry`, which may be a method, as
      `Solution.solve` (`astor.sandbox.CallsJob`). JSON has no tuples and only text as keys, so a result is compared in
      the form that JSON would give it: `(1, 2)` is the same as `[1, 2]`, and `{1: 2}` as `{"1": 2}`; what JSON can't
      hold, as sets, equals nothing. Apart from that `same_value` decides.
    - stdin: a JSON list of `{"stdin": text, "expected": text}`, of the whole program, which needs no `entry`.
      `same_output` decides, the way that `compare` names; of a list of texts each is right. Where there is a `checker`,
      that decides (`astor.sandbox.CheckedStdinJob`).
    - check: Python that defines `check(candidate)`, under any parameter name, and may call it: one test, of its
      function `entry`.
    - unittest, pytest: Python that has `entry` as a global, each test function a test (`astor.sandbox.CheckJob`).
      One that is skipped doesn't count, nor do those after one that did not end. Those that want what isn't offered
      are left out, and told: `"left_out"` has how many, by reason.

    `outcome` is "passed" where every test passed. A program that is no text, or larger than 1 MiB, is "malformed".
    Files that can't be read or hold no test, and an entry that is no name, are a UserError.
    """
    if way == "stdin":
        entry = ""
    elif entry is None:
        raise UserError("A function of the program is judged: name it with --entry.")
    elif not _is_entry(entry):
        raise UserError(f"The entry {entry!r} is not the name of a function: give one as solve or Solution.solve.")
    if checker is not None and way != "stdin":
        raise UserError("A checker decides on outputs: give it with --stdin alone.")
    source = read_program(program)
    cases: Sequence[tuple[Any, Any]] = ()
    match way:
        case "tests":
            cases = read_calls(tests)
            job: Job = CallsJob(source or "", entry, tuple(tuple(arguments) for arguments, _ in cases))
        case "stdin":
            cases = read_streams(tests)
            inputs = tuple(stdin for stdin, _ in cases)
            job = StdinJob(source or "", inputs)
            if checker is not None:
                correct = tuple(outputs[0] for _, outputs in cases)
                job = CheckedStdinJob(source or "", inputs, read_text(checker, "checker"), correct)
        case _:
            job = CheckJob(source or "", entry, read_text(tests, way), style=way)
    if source is None:
        return _verdict(Ending.MALFORMED.value, 0, max(1, len(cases)), 0.0, "it is no text, or larger than 1 MiB")
    with Sandbox(options) as sandbox:
        (result,) = sandbox.run([job])
    if result.ending is Ending.INFRASTRUCTURE_ERROR and result.detail.startswith(BROKEN_CHECK):
        raise UserError(f"{tests} can't be used: {result.detail.removeprefix(BROKEN_CHECK)}.")
    if isinstance(job, CheckJob):
        # Of what was skipped, or left out with a reason, nothing is claimed.
        passes = [claim.value is True for claim in result.claims if claim.kind == "raised" or claim.value is True]
        if way == "check" or (result.ending is not Ending.FINISHED and all(passes)):
            passes.append(result.ending is Ending.FINISHED)
    else:
        met = _is_output if way == "stdin" else _is_value
        pairs = zip_longest(result.claims, cases)
        passes = [claim is not None and met(claim, expected, compare) for claim, (_, expected) in pairs]
    wrong = result.ending is Ending.FINISHED and not all(passes)
    ending = Ending.FAILED if wrong else result.ending
    left_out = Counter(claim.value for claim in result.claims if isinstance(job, CheckJob) and type(claim.value) is str)
    verdict = _verdict(ending.value, sum(passes), len(passes), result.cpu_seconds, result.detail)
    return verdict | ({"left_out": dict(left_out)} if left_out else {})


def _is_entry(entry: str) -> bool:
    names = entry.split(".")
    return len(names) <= 2 and all(name.isidentifier() and not keyword.iskeyword(name) for name in names)


def _verdict(outcome: str, passed: int, total: int, cpu_seconds: float, reason: str) -> dict[str, Any]:
    verdict = {"outcome": outcome, "passed": passed, "total": total, "cpu_seconds": round(cpu_seconds, 6)}
    return verdict | ({"reason": reason} if reason else {})


def _is_output(claim: Claim, expected: Any, compare: How) -> bool:
    if claim.kind == "value" and isinstance(claim.value, tuple):
        return bool(claim.value[1])
    return claim.kind == "value" and any(same_output(claim.value, output, compare) for output in expected)


def _is_value(claim: Claim, expected: Any, compare: How) -> bool:
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
    return write_int(key) if isinstance(key, int) else key
