"""HumanEval+ and MBPP+ as EvalPlus releases them (Liu and others, arXiv 2305.01210): inputs without results.

What a call must return is what the canonical solution returns, beside which the answer runs in the test's process.
"""

import ast
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from astor.data.docstrings import describe
from astor.data.forms.asserts import calls_and_check, statements
from astor.data.forms.described import Described, FunctionForm, parsed
from astor.data.structure import parse
from astor.records import Function

TOLERANCE = 1e-6
"""How far a float may be off where a problem says nothing, absolute and relative: EvalPlus's value."""
_SAME = f"""
def _same(found, expected, tolerance):
    if isinstance(expected, (list, tuple)):
        alike = isinstance(found, (list, tuple)) and len(found) == len(expected)
        return alike and all(_same(*pair, tolerance) for pair in zip(found, expected))
    if isinstance(expected, float) and isinstance(found, (int, float)):
        near = tolerance or {TOLERANCE}
        return found == expected or abs(found - expected) <= near + near * abs(expected) or found != found != expected
    return found == expected
"""
_CHECKED = """
for _arguments in {inputs}:
    assert _same({candidate}(*_copied(_arguments)), _expected(*_copied(_arguments)), {tolerance}), _arguments
"""


def checked_on_inputs(
    source: str, entry: str, candidate: str, inputs: Sequence[Any], tolerance: float
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """What a check's module needs, and what its body does, so that `candidate` returns what `source` does on `inputs`.

    `inputs` are lists of arguments. The names of `source` stay within a function of their own.
    """
    own = [*parse(source).body, *parse(f"{entry}").body]
    last = own.pop()
    assert isinstance(last, ast.Expr)
    make = ast.FunctionDef("_made", _NO_ARGUMENTS, [*own, ast.Return(last.value)], [])
    needed = [*parse("from copy import deepcopy as _copied\n" + _SAME).body, make, *parse("_expected = _made()").body]
    text = _CHECKED.format(inputs=repr(list(inputs)), candidate=candidate, tolerance=tolerance)
    return [ast.fix_missing_locations(node) for node in needed], parse(text).body


_NO_ARGUMENTS = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])


class MbppPlus(FunctionForm):
    """The statement in `prompt`, a docstring with an example; MBPP's own asserts in `assertion`; lists of arguments in
    `base_input` and `plus_input`. JSON has no tuples and sets: what is one in the first assert is one in the inputs."""

    task_id: str | int
    prompt: str
    entry_point: str
    canonical_solution: str
    base_input: list[Any] = []
    plus_input: list[Any] = []
    tolerance: float = Field(default=0, validation_alias="atol")
    assertion: str = ""

    def described(self) -> Described:
        source = self.canonical_solution.strip("\n")
        parsed(source)
        tests = statements([self.assertion])
        calls, others = calls_and_check(tests, self.entry_point)
        example = ast.literal_eval(calls[0].arguments) if calls else ()
        inputs = [like(given, example) for given in [*self.base_input, *self.plus_input]]
        needed, body = checked_on_inputs(source, self.entry_point, "candidate", inputs, self.tolerance)
        check = ast.FunctionDef("check", ast.arguments([], [ast.arg("candidate")], None, [], [], None, []), body, [])
        module = [*needed, ast.fix_missing_locations(check)]
        function = Function(
            entry=self.entry_point,
            source=source,
            description=_statement(self.prompt),
            calls=calls,
            check="\n".join(map(ast.unparse, module)) if inputs else others,
        )
        return Described(function, self.task_id)


def like(given: Any, example: Any) -> Any:
    """Data of JSON with the tuples and sets of an example in their places; a list of arguments like a tuple of them."""
    if isinstance(example, tuple) and isinstance(given, list):
        parts = example if len(example) == len(given) else [example[0]] * len(given) if example else given
        return tuple(like(part, other) for part, other in zip(given, parts, strict=False))
    if isinstance(example, list | set | frozenset) and isinstance(given, list):
        first = next(iter(example), None)
        return type(example)(like(part, first) for part in given)
    return given


def _statement(prompt: str) -> str:
    """The docstring's text without its asserts."""
    tree = parsed(prompt.strip())
    text = ast.get_docstring(tree) or prompt
    return describe("\n".join(line for line in text.split("\n") if not line.startswith("assert ")))
