"""HumanEval (Chen and others, arXiv 2107.03374) and HumanEval+ (Liu and others, arXiv 2305.01210)."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from astor.data.assertions import read_call
from astor.data.docstrings import describe, docstring_of, without_docstrings
from astor.data.lines import read_lines
from astor.data.own_results import Inputs, checked_on_inputs, listed_calls, without_numpy
from astor.data.source import Source
from astor.data.special_oracles import HUMAN_EVAL
from astor.data.structure import NO_PYTHON, parse, structural_hash
from astor.options import Options
from astor.records import Call, Function, Item

NO_TEST = "def check(candidate):\n    pass"
"""What stands for the test that EvalPlus's releases may lack."""
LICENCE = "MIT"
"""Licence of HumanEval; what HumanEval+ adds is under Apache-2.0."""


class HumanEvalOptions(Options):
    """Where the file lies."""

    type: Literal["human-eval"] = "human-eval"
    path: Path
    """`HumanEval.jsonl`; or HumanEval+, as the hub has it, with its expected results in `test` (lists `inputs` and
    `results`), or as EvalPlus releases it, with `base_input` and `plus_input`."""


class _Problem(Inputs):
    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str = ""


class HumanEvalSource(Source):
    """One function a problem, with the docstring of the prompt as its description.

    Assertions `candidate(literals) == literal` become calls, whatever `check` calls its parameter, and so do
    HumanEval+'s lists `inputs` and `results`, which are compared with the sandbox's tolerances instead of those of the
    file. All other test code stays a check, which gets whatever else the prompt defines; where the file itself calls
    `check` on anything but the function, all of it stays one. `assert True` tests nothing and is dropped. The source is
    without docstrings, for they show what calls return.
    """

    options_type = HumanEvalOptions
    options: HumanEvalOptions

    def items(self) -> Iterator[Item]:
        self.left_out = Counter()
        for _, problem in read_lines(self.options.path, TypeAdapter(_Problem)):
            try:
                function = _function(problem)
            except (SyntaxError, ValueError):
                self.left_out[NO_PYTHON] += 1
                continue
            if function is None:
                self.left_out["it has no tests, or does not define what they test"] += 1
                continue
            yield Item(
                id=problem.task_id.replace("/", "-"),
                content=function,
                source=self.options.path.name,
                licence=LICENCE,
                structural_hash=structural_hash(function.source),
            )


def _function(problem: _Problem) -> Function | None:
    program = (problem.prompt + problem.canonical_solution).replace("\r\n", "\n")
    source = without_docstrings(program).strip("\n")
    tests = parse(problem.test or NO_TEST)
    check, entry = _named(tests, "check"), _named(parse(program), problem.entry_point)
    if check is None or entry is None:
        return None
    kept = [
        node
        for node in without_numpy(tests.body)
        if not _is_metadata(node) and not _asks_for(node, problem.entry_point)
    ]
    if any(map(_calls_check, kept)):
        # What it tests is made of the function, as `check(lambda x: list(f(x)))`.
        calls, others = list[Call](), check.body
    else:
        calls, others = _read(check)
    if not calls and not others and not problem.plus_input:
        return None
    helpers = [node for node in parse(source).body if getattr(node, "name", None) != problem.entry_point]
    inputs, above = problem.inputs, ""
    if problem.plus_input and check.args.args:
        candidate = check.args.args[0].arg
        oracle = HUMAN_EVAL.get(problem.entry_point, "")
        above, body = checked_on_inputs(source, problem.entry_point, candidate, inputs, problem.tolerance, oracle)
        others = [*others, *parse(body).body]
    check.body = others
    return Function(
        entry=problem.entry_point,
        source=source,
        description=describe(docstring_of(entry)),
        preamble=_above(program, entry),
        calls=tuple(calls),
        check="\n".join([above, *map(ast.unparse, [*helpers, *kept])]) if others else None,
    )


def _above(program: str, entry: ast.FunctionDef) -> str:
    """What the prompt has above the function: imports, and helpers as its text may name them."""
    first = min([entry.lineno, *(decorator.lineno for decorator in entry.decorator_list)])
    return "\n".join(program.split("\n")[: first - 1]).strip("\n")


def _read(check: ast.FunctionDef) -> tuple[list[Call], list[ast.stmt]]:
    """The calls of a check, and its statements that are none."""
    if (lists := listed_calls(check.body)) is not None:
        return lists, []
    calls: list[Call] = []
    others: list[ast.stmt] = []
    candidate = next((parameter.arg for parameter in [*check.args.posonlyargs, *check.args.args]), "")
    for statement in check.body:
        call = read_call(statement, candidate)
        if call is not None:
            calls.append(call)
        elif not _is_vacuous(statement):
            others.append(statement)
    return calls, others


def _named(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None


def _asks_for(node: ast.stmt, entry: str) -> bool:
    """Whether it is `check(entry)`, which whoever has the function does unasked."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="check"), args=[ast.Name(id=name)], keywords=[])):
            return name == entry
    return False


def _calls_check(node: ast.stmt) -> bool:
    defines = isinstance(node, ast.FunctionDef | ast.ClassDef)
    return not defines and any(isinstance(part, ast.Name) and part.id == "check" for part in ast.walk(node))


def _is_metadata(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id="METADATA")]):
            return True
    return False


def _is_vacuous(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assert(test=ast.Constant(value=True)) | ast.Pass():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
    return False
