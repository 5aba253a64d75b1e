"""MBPP, Mostly Basic Python Problems (Austin and others, arXiv 2108.07732), as published and in its sanitized form."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, TypeAdapter

from astor.data.assertions import called_names, check_code, read_call
from astor.data.calls import arguments_of
from astor.data.foreign import ForeignRecord, Texts
from astor.data.lines import read_lines
from astor.data.own_results import plus_tests
from astor.data.preambles import referred
from astor.data.source import Source
from astor.data.structure import NO_PYTHON, parse, structural_hash
from astor.options import Options
from astor.records import Function, Item

LICENCE = "CC-BY-4.0"
PUBLISHED = re.compile(r"(sanitized-)?mbpp\b|sanitized\b", re.IGNORECASE)
"""How the published files are called, and parts of them."""


class MbppOptions(Options):
    """Where the file lies. Both published forms are read: `mbpp.jsonl` and the sanitized subset as JSONL."""

    type: Literal["mbpp"] = "mbpp"
    path: Path
    """A file or directory of records."""
    licence: str | None = None
    """Licence of the problems, as an SPDX identifier. Where none is given, that of MBPP, CC-BY-4.0, for files that are
    called `mbpp` or `sanitized`, as the published ones and their parts are, and `unknown` for all others."""


class _Problem(ForeignRecord):
    """One record of either form."""

    task_id: int
    description: str = Field(validation_alias=AliasChoices("text", "prompt"))
    code: str
    test_list: Texts
    challenge_test_list: Texts = []
    test_setup_code: str = ""
    test_imports: Texts = []
    test: str = ""
    """MBPP+'s further tests, as the hub has them: lists `inputs` and `results`, and a loop that compares them."""


class MbppSource(Source):
    """Functions with three or so tests each, the first of which is the one to show.

    An assertion `f(literals) == literal` becomes a call, any other test code that runs beside the program. A problem
    whose tests need more of the program than the one function (its classes, say) cannot be judged from outside: it is
    left out and counted in `left_out`, but for what the text names, which the prompt shows. The published challenge
    tests come after the ordinary ones.
    """

    options_type = MbppOptions
    options: MbppOptions

    def items(self) -> Iterator[Item]:
        self.left_out = Counter()
        published = PUBLISHED.match(self.options.path.name)
        licence = self.options.licence or (LICENCE if published else "unknown")
        name = "mbpp" if published else self.options.path.stem
        for _, problem in read_lines(self.options.path, TypeAdapter(_Problem)):
            try:
                function = self._function(problem)
            except (SyntaxError, ValueError):
                self.left_out[NO_PYTHON] += 1
                continue
            if function is not None:
                yield Item(
                    id=f"{name}-{problem.task_id}",
                    content=function,
                    source=name,
                    licence=licence,
                    structural_hash=structural_hash(function.source),
                )

    def _function(self, problem: _Problem) -> Function | None:
        source = _unix(problem.code)
        tests = [*problem.test_list, *problem.challenge_test_list]
        assertions = [statement for test in tests for statement in parse(_unix(test)).body]
        preamble = "".join(f"{line}\n" for line in [*problem.test_imports, _unix(problem.test_setup_code)] if line)
        defined = _defined_names(parse(source))
        entry = next((name for name in called_names(assertions) if name in defined), None)
        if entry is None:
            self.left_out["no test calls a function of the program"] += 1
            return None
        calls = [read_call(assertion, entry) for assertion in assertions]
        others = [assertion for assertion, call in zip(assertions, calls, strict=True) if call is None]
        above = referred(problem.description, source, entry)
        if others and _used_names([*others, parse(preamble)]) & (defined - {entry} - _defined_names(parse(above))):
            self.left_out["the tests use more of the program than one function"] += 1
            return None
        preamble = "".join(_imports(parse(source), _used_names(others))) + f"{above}\n" * bool(above) + preamble
        more, code = plus_tests(problem.test)
        own = [call for call in calls if call is not None]
        known = [arguments_of(call) for call in own]
        data = (*own, *(call for call in more if arguments_of(call) not in known))
        others += code
        return Function(
            entry=entry,
            source=source,
            description=problem.description.strip(),
            preamble=above,
            calls=data,
            check=check_code(others, entry, preamble) if others else None,
            argument_type=_argument_type(data[0].arguments) if data else "",
            result_type=type(ast.literal_eval(data[0].returns)).__name__ if data else "",
        )


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _defined_names(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _imports(program: ast.Module, names: set[str]) -> Iterator[str]:
    """The program's imports that its tests rely on: where the data set was made, both ran in one namespace."""
    for statement in program.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            bound = {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
            if bound & names:
                yield f"{ast.unparse(statement)}\n"


def _used_names(trees: list[Any]) -> set[str]:
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _argument_type(arguments: str) -> str:
    values = ast.literal_eval(arguments)
    return type(values[0]).__name__ if len(values) == 1 else ""
