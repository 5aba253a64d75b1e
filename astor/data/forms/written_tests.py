"""Tests as public data sets write them: JSON, often within a text, in one of a few shapes.

| shape | of |
|---|---|
| `{"inputs": […], "outputs": […], "fn_name": …}` | APPS, TACO, Eurus, verl |
| `[{"input": …, "output": …, "testtype": "functional", "metadata": {"func_name": …}}, …]` | LiveCodeBench, DeepCoder |
| `[{"input": …, "output": …, "type": "function_call", "fn_name": …}, …]` | SYNTHETIC-1, DeepCoder |
| `{"input": […], "output": […]}` | CodeContests |

Without a function, an input or output is a text, a number, or a list of lines. With one, an input is a list of
arguments, or a text with one argument a line as JSON.
"""

import ast
import json
from typing import Any, NamedTuple

from astor.data.forms.problem import UnusableError
from astor.literals import read_int, write_int

_DIGITS = 10_000
"""Digits of the longest whole number that is read as one. Our choice: `write_int` writes longer ones in no way that a
program would."""
_LITERAL = 1 << 22
"""Characters of the longest text that is tried as Python. Our choice: its syntax tree takes a hundred times as much."""


class WrittenTests(NamedTuple):
    """Pairs of input and output, and the function that they call; empty where whole programs are run."""

    pairs: list[tuple[Any, Any]]
    function: str = ""


def read_json(field: str, value: Any) -> Any:
    """What JSON within a text holds, or what Python's literals do; anything else as it is. UnusableError where it is
    neither."""
    if not isinstance(value, str) or not value.strip():
        return value
    try:
        return json.loads(value, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        if len(value) > _LITERAL:
            raise UnusableError(f"its {field} cannot be read as JSON") from error
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise UnusableError(f"its {field} cannot be read as JSON") from error


def read_list(field: str, value: Any) -> list[Any]:
    """The list that is there, or stands as JSON within a text; empty where there is nothing."""
    found = read_json(field, value) or []
    if not isinstance(found, list):
        raise UnusableError(f"there is no list in its {field}")
    return found


def read_programs(field: str, value: Any) -> list[Any]:
    """The programs of a list, or of one as JSON within a text; of any other text the one program that it is."""
    try:
        found = read_json(field, value) or []
    except UnusableError:
        found = value
    if isinstance(found, str):
        return [found]
    if not isinstance(found, list):
        raise UnusableError(f"there is no list in its {field}")
    return found


def read_tests(field: str, value: Any, function: str = "") -> WrittenTests:
    """The tests in one of the shapes above. `function` is what they call where they do not say so themselves."""
    found = read_json(field, value) or []
    if isinstance(found, dict):
        return _columns(field, found)
    if not isinstance(found, list) or not all(isinstance(case, dict) for case in found):
        raise UnusableError(f"there is no list of tests in its {field}")
    if not any(case.get("fn_name") or _is_functional(case) for case in found):
        return WrittenTests([(as_text(case.get("input")), as_text(case.get("output"))) for case in found])
    names = {
        name for case in found if (name := case.get("fn_name") or function_named(case.get("metadata")) or function)
    }
    if len(names) != 1 or not all(case.get("fn_name") or _is_functional(case) for case in found):
        raise UnusableError("its tests do not name the one function that they call")
    pairs = [(_of_call(case, "input"), _of_call(case, "output")) for case in found]
    return WrittenTests(_calls(pairs), names.pop())


def as_text(value: Any) -> Any:
    """A number as it is written, and a list of lines as the text that it stands for; anything else as it is."""
    if isinstance(value, list) and value and all(type(line) in (str, int, float) for line in value):
        return "\n".join(map(as_text, value))
    if type(value) is int:
        return write_int(value)
    return str(value) if type(value) is float else value


def _columns(field: str, found: dict[str, Any]) -> WrittenTests:
    plural = "inputs" in found or "outputs" in found or not found
    inputs, outputs = (found.get(key, []) for key in (("inputs", "outputs") if plural else ("input", "output")))
    if not isinstance(inputs, list) or not isinstance(outputs, list):
        raise UnusableError(f"its {field} has no lists of inputs and outputs")
    if len(inputs) != len(outputs):
        raise UnusableError("inputs and outputs differ in number")
    pairs = list(zip(inputs, outputs, strict=True))
    if function := found.get("fn_name"):
        return WrittenTests(_calls(pairs), str(function))
    return WrittenTests([(as_text(stdin), as_text(stdout)) for stdin, stdout in pairs])


def _calls(pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Lists of arguments, and results. APPS and TACO wrap each result in a list of one: where all are, they did."""
    calls = [(_arguments(given), _value(result) if isinstance(given, str) else result) for given, result in pairs]
    wrapped = all(isinstance(result, list) and len(result) == 1 for _, result in calls)
    of_lines = any(isinstance(given, str) for given, _ in pairs)
    return [(given, result[0]) for given, result in calls] if wrapped and not of_lines else calls


def _arguments(given: Any) -> Any:
    return [_value(line) for line in given.split("\n") if line.strip()] if isinstance(given, str) else given


def _value(text: Any) -> Any:
    return read_json("tests", text) if isinstance(text, str) else text


def _of_call(case: dict[str, Any], field: str) -> Any:
    """Of SYNTHETIC-1's calls the list that its text may hold."""
    return read_json(field, case.get(field)) if case.get("type") == "function_call" else case.get(field)


def _is_functional(case: dict[str, Any]) -> bool:
    return case.get("testtype") == "functional" or case.get("type") in ("functional", "function_call")


def function_named(metadata: Any) -> str:
    """The function that LiveCodeBench's `metadata` names; empty where it names none."""
    metadata = read_json("metadata", metadata)
    return str(metadata.get("func_name") or "") if isinstance(metadata, dict) else ""


def _whole(digits: str) -> int | str:
    """A whole number; of a very long one its digits, which is what an output of text needs."""
    return read_int(digits) if len(digits) <= _DIGITS else digits
