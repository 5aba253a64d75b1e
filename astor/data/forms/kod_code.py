"""KodCode (Xu and others, arXiv 2503.02951)."""

import ast
from typing import Any

from astor.data.assertions import read_call
from astor.data.forms.described import Described, FunctionForm, parsed
from astor.data.forms.problem import THREE, UnusableError
from astor.data.forms.written_tests import read_list
from astor.records import Call, Function


class KodCode(FunctionForm):
    """The statement in `question`, the program in `solution`, pytest's tests in `test`, which import what they test
    from `solution`; its name stands in `test_info`, or is one that the tests import."""

    question: str
    solution: str
    test: str
    test_info: Any = None
    question_id: str | None = None
    gpt_difficulty: str = ""

    def described(self) -> Described:
        tests = parsed(self.test)
        entry = self._entry(parsed(self.solution), tests)
        calls, rest = _read(tests, entry)
        function = Function(
            entry=entry,
            source=self.solution.replace("\r\n", "\n").strip("\n"),
            description=self.question.strip(),
            calls=calls,
            check=self.test if rest else None,
            check_style="pytest",
        )
        return Described(function, self.question_id, THREE.get(self.gpt_difficulty.lower(), 0))

    def _entry(self, program: ast.Module, tests: ast.Module) -> str:
        infos = [info for info in read_list("test_info", self.test_info) if isinstance(info, dict)]
        imports = [node for node in ast.walk(tests) if isinstance(node, ast.ImportFrom) and node.module == "solution"]
        names = [info.get("function_name") for info in infos] + [name.name for node in imports for name in node.names]
        defined = {getattr(node, "name", None) for node in program.body}
        entry = next((name for name in names if name in defined), None)
        if entry is None:
            raise UnusableError("its tests import nothing that the solution defines")
        return str(entry)


def _read(tests: ast.Module, entry: str) -> tuple[tuple[Call, ...], bool]:
    """The calls that stand in test functions, and whether the tests hold anything else that must be run."""
    found: dict[str, Call] = {}
    rest = False
    for node in tests.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list and not node.args.args:
            calls = [read_call(statement, entry) for statement in node.body if not _is_text(statement)]
            found |= {call.arguments: call for call in calls if call is not None}
            rest = rest or not all(calls)
        else:
            rest = rest or not isinstance(node, ast.Import | ast.ImportFrom)
    return tuple(found.values()), rest


def _is_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
    return False
