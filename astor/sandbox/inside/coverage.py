"""Which share of a function's lines and branches some calls reach. Standard library only.

*Lines*: the lines on which statements of the function's body start, as coverage.py counts them: a statement, or a
header such as that of a `for`, is one however many lines it takes. Nested functions, lambdas and comprehensions are
included; the signature and the docstring are none of them.

*Branches*: each `if`, `elif`, `while` and `for` statement of the body, nested functions included, has two arcs: from
its header (the line of the keyword to the last line of its test or iterable) into its own body, and from its header
to any other line or out of the function by a return. A statement whose body starts on its header's last line
has no arc that lines could tell apart and doesn't count, nor does one whose test is a constant. Conditional
expressions, `and`, `or`, comprehensions, `match`, `try` and `with` are not branches. Without branches the share is 1.

An arc or line is covered when any of the calls takes it, whether that call returns or raises.
"""

import ast
import dis
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

_PROLOGUE = frozenset({"RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "POP_TOP", "CACHE"})

_OUT = -1
"""Stands for the line that follows the last one of a frame."""


def measure(source: str, entry: str, function: Callable[..., Any], run: Callable[[], None]) -> dict[str, float]:
    """{"line": share, "branch": share} in [0, 1] that `run` reaches of `function`, defined by `source` as `entry`."""
    codes = list(_codes(inspect.unwrap(function).__code__))
    lines = {line for code in codes for line in _lines(code)}
    recorder, starts = _Recorder(), _starts(source, entry)
    with_events = _with_monitoring if sys.version_info >= (3, 12) else _with_trace
    with_events(recorder, codes, run)
    wanted = _branches(source, entry, lines)
    taken = {
        (header, after in bodies)
        for header, bodies in wanted.items()
        for before, after in recorder.arcs
        if before in header and after not in header
    }
    statements, reached = ({starts.get(line, line) for line in some} for some in (lines, recorder.lines & lines))
    return {
        "line": len(reached) / len(statements) if statements else 1.0,
        "branch": len(taken) / (2 * len(wanted)) if wanted else 1.0,
    }


def call_each(function: Callable[..., Any], arguments: Sequence[Sequence[Any]]) -> None:
    """Call `function` once per tuple of arguments, whatever it raises."""
    for each in arguments:
        try:
            function(*each)
        except Exception:
            continue


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _lines(code: CodeType) -> Iterator[int]:
    body = False
    for instruction in dis.get_instructions(code):
        position = instruction.positions
        body = body or instruction.opname not in _PROLOGUE
        if body and position is not None and position.lineno is not None:
            yield position.lineno


class _Recorder:
    """Lines that were reached, and pairs of lines that followed each other in one frame."""

    def __init__(self) -> None:
        self.lines: set[int] = set()
        self.arcs: set[tuple[int, int]] = set()
        self._last: dict[FrameType, int] = {}

    def line(self, frame: FrameType, line: int) -> None:
        self.lines.add(line)
        if frame.f_code.co_name.startswith("<"):
            return  # A lambda or comprehension has no branches, but may lie in the header of one.
        if frame in self._last:
            self.arcs.add((self._last[frame], line))
        self._last[frame] = line

    def leave(self, frame: FrameType) -> None:
        if frame in self._last:
            self.arcs.add((self._last.pop(frame), _OUT))

    def fail(self, frame: FrameType) -> None:
        """An exception takes no arc."""
        self._last.pop(frame, None)


def _with_trace(recorder: _Recorder, codes: list[CodeType], run: Callable[[], None]) -> None:
    wanted = set(codes)

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            recorder.line(frame, frame.f_lineno)
        elif event == "return":
            recorder.leave(frame)
        elif event == "exception" and argument[0] is not StopIteration:  # That one ends a `for`.
            recorder.fail(frame)
        return local

    def at_call(frame: FrameType, event: str, argument: Any) -> Any:
        return local if frame.f_code in wanted else None

    sys.settrace(at_call)
    try:
        run()
    finally:
        sys.settrace(None)


def _with_monitoring(recorder: _Recorder, codes: list[CodeType], run: Callable[[], None]) -> None:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    events, tool = monitoring.events, monitoring.COVERAGE_ID
    wanted = set(codes)

    def at_line(code: CodeType, line: int) -> None:
        recorder.line(sys._getframe(1), line)

    def at_start(code: CodeType, offset: int) -> None:
        # From 3.13 on a body on the line of its signature starts no line.
        recorder.line(sys._getframe(1), code.co_firstlineno)

    def at_return(code: CodeType, *rest: Any) -> None:
        recorder.leave(sys._getframe(1))

    def at_exception(code: CodeType, *rest: Any) -> None:
        if code in wanted:
            recorder.fail(sys._getframe(1))

    monitoring.use_tool_id(tool, "coverage")
    monitoring.register_callback(tool, events.PY_START, at_start)
    monitoring.register_callback(tool, events.LINE, at_line)
    monitoring.register_callback(tool, events.PY_RETURN, at_return)
    monitoring.register_callback(tool, events.RAISE, at_exception)
    try:
        for code in codes:
            monitoring.set_local_events(tool, code, events.PY_START | events.LINE | events.PY_RETURN)
        monitoring.set_events(tool, events.RAISE)
        run()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)


def _branches(source: str, entry: str, lines: set[int]) -> dict[range, range]:
    """Header lines → lines from the first of the statement's body to its last, of every branching statement."""
    branches = {}
    for node in ast.walk(_definition(source, entry)):
        if not isinstance(node, ast.If | ast.While | ast.For | ast.AsyncFor):
            continue
        test = node.iter if isinstance(node, ast.For | ast.AsyncFor) else node.test
        end = test.end_lineno or node.lineno
        first = node.body[0].lineno
        decides = isinstance(node, ast.For | ast.AsyncFor) or not isinstance(test, ast.Constant)
        if first > end and decides and lines.intersection(range(node.lineno, end + 1)):
            branches[range(node.lineno, end + 1)] = range(first, (node.body[-1].end_lineno or first) + 1)
    return branches


def _starts(source: str, entry: str) -> dict[int, int]:
    """Line → the line on which its statement starts; of a statement with a body the lines of its header alone."""
    starts: dict[int, int] = {}
    for node in ast.walk(_definition(source, entry)):
        if isinstance(node, ast.stmt):
            body = node.cases[0].pattern if isinstance(node, ast.Match) else next(iter(getattr(node, "body", [])), None)
            end = body.lineno - 1 if body else node.end_lineno or node.lineno
            starts |= dict.fromkeys(range(node.lineno, end + 1), node.lineno)
    return starts


def _definition(source: str, entry: str) -> ast.AST:
    name = entry.rpartition(".")[2]
    found: ast.AST = ast.Module(body=[], type_ignores=[])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            found = node
    return found
