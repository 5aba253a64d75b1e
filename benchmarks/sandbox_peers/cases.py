"""The programs that every row runs, in the forms that the rows want. Standard library only: peers load it too."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

ADD = "def add(a, b):\n    return a + b\n"

EDIT_DISTANCE = '''
def edit_distance(first, second):
    """Fewest insertions, deletions and replacements of a character that make `second` of `first`."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        above, row = row, [i]
        for j, b in enumerate(second, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b)))
    return row[-1]
'''


@dataclass(frozen=True)
class Case:
    """A program, ten calls of its function, and what they come to."""

    program: str
    entry: str
    arguments: tuple[tuple[Any, ...], ...]

    @cached_property
    def expected(self) -> tuple[Any, ...]:
        """What the program returns, found by running it here: it is our own."""
        namespace: dict[str, Callable[..., Any]] = {}
        exec(self.program, namespace)
        return tuple(namespace[self.entry](*arguments) for arguments in self.arguments)

    def asserts(self, name: str) -> list[str]:
        """A statement per call, of what is called `name`."""
        pairs = zip(self.arguments, self.expected, strict=True)
        return [f"assert {name}(*{arguments!r}) == {expected!r}" for arguments, expected in pairs]

    @cached_property
    def check(self) -> str:
        """`check(candidate)`, as HumanEval has it."""
        return _block(["def check(candidate):"], self.asserts("candidate"))

    @cached_property
    def unittest(self) -> str:
        """A test case of unittest."""
        heads = ["import unittest\nclass Test(unittest.TestCase):", "    def test_calls(self):"]
        return _block(heads, self.asserts(self.entry))

    @cached_property
    def pytest(self) -> str:
        """A test function as pytest runs it."""
        return _block(["def test_calls():"], self.asserts(self.entry))

    @cached_property
    def apps(self) -> dict[str, Any]:
        """The tests as APPS has them, and those who took its judge over: a line of JSON per argument."""
        return {
            "fn_name": self.entry,
            "inputs": ["\n".join(map(json.dumps, arguments)) for arguments in self.arguments],
            "outputs": [json.dumps(expected) for expected in self.expected],
        }

    @cached_property
    def reader(self) -> str:
        """The program as one that reads the arguments of a call as a line of JSON, and writes the result."""
        return f"import json\n{self.program}\nprint({self.entry}(*json.loads(input())))\n"

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The input of `reader` for each call."""
        return tuple(json.dumps(arguments) + "\n" for arguments in self.arguments)


def _block(heads: list[str], lines: list[str]) -> str:
    return "\n".join([*heads, *("    " * len(heads) + line for line in lines), ""])


def _words(number: int) -> tuple[str, str]:
    letters = "acgt"
    first = "".join(letters[(number + k * k) % 4] for k in range(30))
    second = "".join(letters[(number * 3 + k * k * k) % 4] for k in range(30))
    return first, second


CASES = {
    "trivial": Case(ADD, "add", tuple((number, number + 1) for number in range(10))),
    "dynamic programming": Case(EDIT_DISTANCE, "edit_distance", tuple(_words(number) for number in range(10))),
}
