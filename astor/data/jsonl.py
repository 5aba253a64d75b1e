"""Items of one's own, one JSON object a line.

A line with `kind: function` (the default) has

- `entry`: name of the function that the calls call, or `Solution.solve` of a method: each call is one of a new
  `Solution()`;
- `source`: Python source that defines it;
- `description`: what it does, in words; without one it makes no prompt for code generation;
- `preamble`: source that the prompt shows above the answer, as imports and helpers, and that runs before it, and before
  `source` where that needs it;
- `calls`: list of `{"args": [[3, 1], 2], "expected": 3}`, as `astor sandbox judge` has tests; or of
  `{"arguments": "({3, 1}, 2)", "returns": "(3,)"}`, for what JSON does not have: both Python literals as text, the
  arguments as a tuple. The first ones may be shown to a policy;
- `check`: source that defines `check(candidate)`, for tests that are not data;
- `tolerance`: `{"absolute": 1e-4, "relative": 1e-4}`, how far floats of results may lie from the expected ones;
- `mutants`: list of sources that misbehave on some call; made from `source` where there are none;
- `difficulty`: bucket, 1 (easiest) upwards; 0, the default, is unknown.

A line with `kind: commit` has

- `diff`: unified diff;
- `message`: what a person wrote for it;
- `repository`: where it comes from. Commits that touch the same file first, in the same repository, share a split.

Either may have `id` (the line's number where it is missing) and `licence` (the option of the source otherwise).
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, TypeAdapter

from astor.data.commits import first_file, unusable
from astor.data.lines import read_lines
from astor.data.preambles import completed
from astor.data.source import Source
from astor.data.structure import parse, structural_hash
from astor.literals import read_literal, write_literal
from astor.options import Options
from astor.records import Call, Commit, Function, Item
from astor.tolerance import Tolerance


def _literal(text: str) -> str:
    try:
        read_literal(text)
    except (SyntaxError, ValueError, TypeError) as error:
        raise ValueError(f"{text!r} is not a Python literal") from error
    return text


def _tuple(text: str) -> str:
    if not isinstance(read_literal(_literal(text)), tuple):
        raise ValueError(f"{text!r} is not a tuple of arguments: write ({text},)")
    return text


def _python(text: str) -> str:
    try:
        parse(text)
    except SyntaxError as error:
        raise ValueError(f"is no Python: {error}") from error
    return text


Python = Annotated[str, AfterValidator(_python)]


def _in_literals(call: Any) -> Any:
    if not isinstance(call, dict) or not {"args", "expected"} & call.keys():
        return call
    if call.keys() != {"args", "expected"} or not isinstance(call["args"], list):
        raise ValueError('a call is not {"args": [...], "expected": ...}')
    return {"arguments": write_literal(tuple(call["args"])), "returns": write_literal(call["expected"])}


class _CallLine(Options):
    arguments: Annotated[str, AfterValidator(_tuple)]
    returns: Annotated[str, AfterValidator(_literal)]


class _Line(Options):
    id: str | None = None
    licence: str | None = None


class _FunctionLine(_Line):
    kind: Literal["function"] = "function"
    entry: str
    source: Python
    description: str = ""
    preamble: Python = ""
    calls: tuple[Annotated[_CallLine, BeforeValidator(_in_literals)], ...] = ()
    check: Python | None = None
    mutants: tuple[Python, ...] = ()
    tolerance: Tolerance | None = None
    difficulty: int = Field(default=0, ge=0)

    def content(self) -> Function:
        calls = tuple(Call(arguments=call.arguments, returns=call.returns) for call in self.calls)
        return Function(
            entry=self.entry,
            source=completed(self.preamble, self.source),
            description=self.description,
            preamble=self.preamble,
            calls=calls,
            check=self.check,
            mutants=self.mutants if calls else (),
            tolerance=self.tolerance,
        )

    def structure(self) -> str:
        return structural_hash(self.source)


class _CommitLine(_Line):
    kind: Literal["commit"]
    diff: str
    message: str
    repository: str = ""
    difficulty: int = Field(default=0, ge=0)

    def content(self) -> Commit:
        return Commit(diff=self.diff, message=self.message, repository=self.repository)

    def structure(self) -> str:
        return first_file(self.repository, self.diff)


_KINDS: dict[str, type[_Line]] = {"function": _FunctionLine, "commit": _CommitLine}


def _kind(value: Any) -> str:
    return str(value.get("kind", "function")) if isinstance(value, dict) else "function"


_LINES: TypeAdapter[_FunctionLine | _CommitLine] = TypeAdapter(
    Annotated[Annotated[_FunctionLine, Tag("function")] | Annotated[_CommitLine, Tag("commit")], Discriminator(_kind)]
)


class JsonlOptions(Options):
    """Where the file lies, and whose it is."""

    type: Literal["jsonl"] = "jsonl"
    path: Path
    """A file or directory of records with the fields that `astor.data.jsonl` documents."""
    licence: str = "unknown"
    """Licence of lines that name none, as an SPDX identifier."""


class JsonlSource(Source):
    """The items of one file."""

    options_type = JsonlOptions
    options: JsonlOptions

    def items(self) -> Iterator[Item]:
        self.left_out = Counter()
        for number, line in read_lines(self.options.path, _LINES, _KINDS):
            content = line.content()
            if isinstance(content, Commit) and (reason := unusable(content.message.strip(), content.diff)):
                self.left_out[reason] += 1
                continue
            yield Item(
                id=f"{self.options.path.stem}-{line.id or number}",
                content=content,
                source=self.options.path.name,
                licence=line.licence or self.options.licence,
                structural_hash=line.structure(),
                difficulty=line.difficulty,
            )
