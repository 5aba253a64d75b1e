"""LeetCodeDataset (Xia and others, arXiv 2504.14655)."""

import ast
import re

from pydantic import AliasChoices, Field

from astor.data.assertions import is_literal, read_call
from astor.data.forms.described import Described, FunctionForm, parsed
from astor.data.forms.problem import THREE, UnusableError
from astor.data.preambles import completed
from astor.records import Call, Function

_METHOD = re.compile(r"(\w+)\(\)\.(\w+)")


class LeetCode(FunctionForm):
    """`Solution().f` as `entry_point`, imports in `prompt`, the class in `completion`, asserts within `check` in
    `test`, and what the statement gives to begin with in `starter_code`."""

    description: str = Field(validation_alias=AliasChoices("problem_description", "query"))
    entry_point: str
    completion: str
    test: str
    prompt: str = ""
    starter_code: str = ""
    task_id: str | int | None = None
    difficulty: str = ""

    def described(self) -> Described:
        method = _METHOD.fullmatch(self.entry_point)
        entry = f"{method[1]}.{method[2]}" if method else self.entry_point
        tree = parsed(self.completion)
        parsed(self.prompt)
        calls, check = _read(parsed(self.test), _parameters(tree, entry))
        starter = f"\n\n```python\n{self.starter_code.rstrip()}\n```" if self.starter_code.strip() else ""
        function = Function(
            entry=entry,
            source=completed(self.prompt, self.completion),
            description=f"{self.description.strip()}{starter}",
            preamble=self.prompt.strip("\n"),
            calls=calls,
            check=f"{self.prompt}\n{check}" if check else None,
        )
        return Described(function, self.task_id, THREE.get(self.difficulty.lower(), 0))


def _read(tests: ast.Module, parameters: list[str]) -> tuple[tuple[Call, ...], str | None]:
    """The calls of `check`, and what of it is none, as a check of its own."""
    check = next((node for node in tests.body if isinstance(node, ast.FunctionDef) and node.name == "check"), None)
    if check is None or not check.args.args:
        raise UnusableError("its test defines no check(candidate)")
    candidate = check.args.args[0].arg
    read = [(statement, read_call(_positional(statement, parameters), candidate)) for statement in check.body]
    found = {call.arguments: call for _, call in read if call is not None}
    check.body = [statement for statement, call in read if call is None]
    return tuple(found.values()), ast.unparse(tests) if check.body else None


def _positional(statement: ast.stmt, parameters: list[str]) -> ast.stmt:
    """The statement, with the arguments of `candidate(a = 1, b = 2)` in the order of the parameters."""
    match statement:
        case ast.Assert(
            test=ast.Compare(left=ast.Call(args=[], keywords=keywords) as call, ops=ops, comparators=right)
        ):
            given = {keyword.arg: keyword.value for keyword in keywords}
            if keywords and set(given) == set(parameters[: len(given)]) and all(map(is_literal, given.values())):
                call = ast.Call(call.func, [given[name] for name in parameters[: len(given)]], [])
                return ast.Assert(test=ast.Compare(call, ops, right))
    return statement


def _parameters(tree: ast.Module, entry: str) -> list[str]:
    """Names of the parameters that may be given by place, without `self`; none where the function is not found."""
    owner, _, name = entry.rpartition(".")
    body = next((node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner), tree.body)
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
            return names[1:] if owner else names
    return []
