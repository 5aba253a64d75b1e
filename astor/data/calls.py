"""Calls as data, and as the text that prompts and demonstrations write."""

from typing import Any

from astor.literals import read_literal, write_literal
from astor.records import Call


def arguments_of(call: Call) -> tuple[Any, ...]:
    """The positional arguments as data."""
    arguments = read_literal(call.arguments)
    assert isinstance(arguments, tuple), call.arguments
    return arguments


def result_of(call: Call) -> Any:
    """The result as data."""
    return read_literal(call.returns)


def argument_text(call: Call) -> str:
    """The arguments as they stand between the parentheses of a call: `[3, 1], 2`."""
    return ", ".join(map(write_literal, arguments_of(call)))


def callee(entry: str) -> str:
    """What stands before the arguments of a call: `f`, or of the method `Solution.f` `Solution().f`."""
    owner, _, name = entry.rpartition(".")
    return f"{owner}().{name}" if owner else name


def definition(entry: str) -> str:
    """What prompts ask for: "function named `f`", or of `Solution.f` "class `Solution` with a method `f`"."""
    owner, _, name = entry.rpartition(".")
    return f"class `{owner}` with a method `{name}`" if owner else f"function named `{name}`"


def call_text(entry: str, call: Call) -> str:
    """`f([3, 1], 2)`, or of a method `Solution().f([3, 1], 2)`."""
    return f"{callee(entry)}({argument_text(call)})"


def assertion(entry: str, call: Call) -> str:
    """`assert f([3, 1], 2) == 3`."""
    return f"assert {call_text(entry, call)} == {call.returns}"
