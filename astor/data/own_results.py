"""EvalPlus's tests (Liu and others, arXiv 2305.01210) without numpy: results within its tolerances, or those of the
canonical solution itself, which runs in the test's process."""

import ast
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import Field

from astor.data.assertions import is_literal
from astor.data.foreign import PACKED, ForeignRecord
from astor.data.structure import parse
from astor.records import Call

TOLERANCE = 1e-6
"""How far a float may be off where a problem says nothing: EvalPlus's value. Relative it is 1e-7, numpy's default."""
ASSERTION = f"""\
def _same(found, expected, atol):
    if isinstance(expected, (list, tuple)):
        alike = type(found) is type(expected) and len(found) == len(expected)
        return alike and all(_same(*pair, atol) for pair in zip(found, expected))
    if isinstance(expected, float) and isinstance(found, (int, float)):
        nan = found != found and expected != expected
        return nan or found == expected or abs(found - expected) <= (atol or {TOLERANCE}) + 1e-7 * abs(expected)
    return found == expected

def assertion(out, exp, atol):
    assert _same(out, exp, atol)
"""
"""What its tests call `assertion`, and what that needs."""
NUMBERS = 'inf, nan = float("inf"), float("nan")\n'
"""What Python writes of floats as no literal."""
_BODY = """\
for _arguments in {inputs}:
    _found, _right = {candidate}(*_copied(_arguments)), _expected(*_copied(_arguments))
    {judged}(_found, _right, {further}{tolerance})"""


class Inputs(ForeignRecord):
    """What EvalPlus's records of functions have to compare results on."""

    base_input: Annotated[list[Any], PACKED] = []
    plus_input: Annotated[list[Any], PACKED] = []
    tolerance: float = Field(default=0, validation_alias="atol")

    @property
    def inputs(self) -> list[Any]:
        """Lists of arguments: the benchmark's own first, then those that EvalPlus added."""
        return [*self.base_input, *self.plus_input]


def listed_calls(tests: Sequence[ast.stmt]) -> list[Call] | None:
    """The calls of tests that have as many `inputs`, each a list of arguments, as `results`, and a loop that compares
    what the function returns with the result; None where they compare anything else."""
    loops = [node for node in tests if isinstance(node, ast.For)]
    inputs, results = _assigned(tests, "inputs"), _assigned(tests, "results")
    if not isinstance(inputs, ast.List) or not isinstance(results, ast.List) or not all(map(_compares, loops)):
        return None
    if len(inputs.elts) != len(results.elts) or not is_literal(inputs) or not is_literal(results):
        return None
    return [
        Call(arguments=ast.unparse(ast.Tuple(arguments.elts, ast.Load())), returns=ast.unparse(result))
        for arguments, result in zip(inputs.elts, results.elts, strict=True)
        if isinstance(arguments, ast.List | ast.Tuple)
    ]


def plus_tests(test: str) -> tuple[list[Call], list[ast.stmt]]:
    """The calls that MBPP+'s tests are, or else their statements, without numpy. SyntaxError: they are no Python."""
    tests = parse(test.replace("\r\n", "\n")).body
    calls = listed_calls(tests)
    return (calls, []) if calls is not None else ([], without_numpy(tests))


def without_numpy(tests: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Test code of EvalPlus with our `assertion` in the place of its own, which needs numpy; other code as it is."""
    kept = [node for node in tests if not _is_its_own(node)]
    named = any(isinstance(part, ast.Name) and part.id == "assertion" for node in kept for part in ast.walk(node))
    return [*parse(ASSERTION).body, *kept] if named else kept


def checked_on_inputs(
    source: str, entry: str, candidate: str, inputs: Sequence[Any], tolerance: float, oracle: str = ""
) -> tuple[str, str]:
    """What a check's module needs, and what the check does: `candidate` must return what `source` does on `inputs`.

    `inputs` are lists of arguments. The names of `source` stay within a function of their own. `oracle` is one of
    `astor.data.special_oracles` where results are not compared for being the same.
    """
    returned = ast.Return(ast.Name(entry, ast.Load()))
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    made = ast.FunctionDef("_made", nothing, [*parse(source).body, returned], [])
    own = ast.unparse(ast.fix_missing_locations(made))
    needed = f"from copy import deepcopy as _copied\n{NUMBERS}{ASSERTION}\n{own}\n_expected = _made()\n{oracle}\n"
    judged, further = ("special", "_arguments, ") if oracle else ("assertion", "")
    values = {"inputs": repr(list(inputs)), "candidate": candidate, "tolerance": tolerance}
    return needed, _BODY.format(judged=judged, further=further, **values)


def _compares(loop: ast.For) -> bool:
    """Whether it is `assertion(f(*inp), exp, tolerance)` for each pair."""
    match loop.body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="assertion"), args=[found, ast.Name(), ast.Constant()]))]:
            match found:
                case ast.Call(func=ast.Name(), args=[ast.Starred(value=ast.Name())], keywords=[]):
                    return True
    return False


def _assigned(tests: Sequence[ast.stmt], name: str) -> ast.expr | None:
    for statement in tests:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                return value
    return None


def _is_its_own(node: ast.stmt) -> bool:
    match node:
        case ast.Import(names=[ast.alias(name="numpy")]) | ast.FunctionDef(name="is_floats" | "assertion"):
            return True
    return False
