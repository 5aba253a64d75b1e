"""BigCodeBench (Zhuo and others, arXiv 2406.15877), as far as Python's own library goes."""

import ast
import sys

from astor.data.docstrings import without_docstrings
from astor.data.foreign import Texts
from astor.data.forms.described import Described, FunctionForm, parsed
from astor.data.forms.problem import UnusableError
from astor.records import Function


class BigCodeBench(FunctionForm):
    """The statement in `instruct_prompt`, the beginning of the program in `code_prompt` and the rest in
    `canonical_solution`, unittest's tests in `test`, and in `libs` what they import."""

    instruct_prompt: str
    code_prompt: str
    canonical_solution: str
    test: str
    entry_point: str
    libs: Texts = []
    task_id: str | None = None

    def described(self) -> Described:
        program = f"{self.code_prompt.rstrip()}\n{self.canonical_solution}"
        tree = parsed(program)
        imported = {*self.libs, *_imports(tree), *_imports(parsed(self.test))}
        if not {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names:
            raise UnusableError("it needs more than Python's own library")
        entry = next((node for node in tree.body if getattr(node, "name", None) == self.entry_point), None)
        if entry is None:
            raise UnusableError("its program does not define what is tested")
        function = Function(
            entry=self.entry_point,
            source=without_docstrings(program).strip("\n"),
            description=self.instruct_prompt.strip(),
            preamble="\n".join(program.split("\n")[: entry.lineno - 1]).strip("\n"),
            check=self.test,
            check_style="unittest",
        )
        return Described(function, self.task_id)


def _imports(tree: ast.Module) -> set[str]:
    names = set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=imported):
                names |= {alias.name for alias in imported}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
    return names
