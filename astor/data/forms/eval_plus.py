"""MBPP+ as EvalPlus releases it (Liu and others, arXiv 2305.01210): inputs without results."""

import ast
from textwrap import indent
from typing import Any

from astor.data.docstrings import describe
from astor.data.forms.asserts import calls_and_check, statements
from astor.data.forms.described import Described, FunctionForm, parsed
from astor.data.own_results import Inputs, checked_on_inputs
from astor.data.special_oracles import MBPP
from astor.records import Function


class MbppPlus(Inputs, FunctionForm):
    """The statement in `prompt`, a docstring with an example; MBPP's own asserts in `assertion`; lists of arguments in
    `base_input` and `plus_input`. JSON has no tuples and sets: what is one in the first assert is one in the inputs."""

    task_id: str | int
    prompt: str
    entry_point: str
    canonical_solution: str
    assertion: str = ""

    def described(self) -> Described:
        source = self.canonical_solution.strip("\n")
        parsed(source)
        tests = statements([self.assertion])
        calls, others = calls_and_check(tests, self.entry_point)
        example = ast.literal_eval(calls[0].arguments) if calls else ()
        inputs = [like(given, example) for given in self.inputs]
        oracle = MBPP.get(self.entry_point, "")
        needed, body = checked_on_inputs(source, self.entry_point, "candidate", inputs, self.tolerance, oracle)
        check = f"{needed}\n\ndef check(candidate):\n{indent(body, '    ')}"
        function = Function(
            entry=self.entry_point,
            source=source,
            description=_statement(self.prompt),
            calls=calls,
            check=check if inputs else others,
        )
        return Described(function, self.task_id)


def like(given: Any, example: Any) -> Any:
    """Data of JSON with the tuples and sets of an example in their places; a list of arguments like a tuple of them.
    Text in the place of a number is one that JSON has not, as `(1+2j)`."""
    if isinstance(example, tuple) and isinstance(given, list):
        parts = example if len(example) == len(given) else [example[0]] * len(given) if example else given
        return tuple(like(part, other) for part, other in zip(given, parts, strict=False))
    if isinstance(example, list | set | frozenset) and isinstance(given, list):
        first = next(iter(example), None)
        return type(example)(like(part, first) for part in given)
    if isinstance(given, str) and isinstance(example, int | float | complex):
        number = complex(given)
        return number if number.imag else number.real
    return given


def _statement(prompt: str) -> str:
    """The docstring's text without its asserts."""
    tree = parsed(prompt.strip())
    text = ast.get_docstring(tree) or prompt
    return describe("\n".join(line for line in text.split("\n") if not line.startswith("assert ")))
