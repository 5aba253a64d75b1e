"""Problems whose tests call a function, or a method of a class, as functions with calls."""

import ast
import re
from collections.abc import Sequence
from typing import Any

from astor.data.forms.problem import Problem, UnusableError
from astor.data.preambles import completed
from astor.data.problem_tests import ProblemTestOptions, thin_out
from astor.data.structure import parse
from astor.literals import read_literal, write_literal
from astor.records import Call, Function

IMPORTS = """\
import bisect, collections, copy, datetime, functools, heapq, itertools, math, operator, random, re, string, sys
from bisect import *
from collections import *
from functools import *
from heapq import *
from itertools import *
from math import *
from builtins import *
from typing import *
"""
"""What the judges of APPS, TACO and LiveCodeBench put before every program, as far as programs rely on it."""


def function_of(problem: Problem, solutions: Sequence[str], options: ProblemTestOptions) -> Function:
    """The function that the problem's tests call; public tests are its first calls, of many others the same stay as of
    whole programs.

    UnusableError where there is no test, or one that is no plain data.
    """
    public, others = ({call.arguments: call for call in map(_call, tests)} for tests in (problem.public, problem.tests))
    hidden = [call for arguments, call in others.items() if arguments not in public]
    calls = [*public.values(), *thin_out(hidden, [call.arguments for call in hidden], options)]
    if not calls:
        raise UnusableError("it has no tests")
    starter = f"\n\n```python\n{problem.starter.rstrip()}\n```" if problem.starter.strip() else ""
    first, *rest = [completed(IMPORTS, solution) for solution in solutions] or [""]
    return Function(
        entry=_entry(problem, solutions),
        source=first,
        other_sources=tuple(rest),
        description=f"{problem.statement.strip()}{starter}".replace("\r\n", "\n"),
        preamble=IMPORTS,
        calls=tuple(calls),
    )


def _call(test: tuple[Any, Any]) -> Call:
    given, result = test
    if not isinstance(given, list):
        raise UnusableError("a test has no list of arguments")
    try:
        arguments, returns = map(write_literal, (tuple(map(_with_whole_keys, given)), _with_whole_keys(result)))
        read_literal(arguments), read_literal(returns)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise UnusableError("a test is no plain data") from error
    return Call(arguments=arguments, returns=returns)


def _with_whole_keys(value: Any) -> Any:
    """JSON has keys of text alone: APPS's judge makes numbers of those that are written as such."""
    if isinstance(value, dict) and value and all(re.fullmatch("-?[0-9]{1,18}", str(key)) for key in value):
        return {int(key): part for key, part in value.items()}
    return value


def _entry(problem: Problem, solutions: Sequence[str]) -> str:
    """`f`, or `Solution.f` where the starter code, or a solution, has it as a method."""
    name = problem.function
    starter = re.search(rf"^class\s+(\w+).*?^\s+(?:async )?def {re.escape(name)}\b", problem.starter, re.M | re.S)
    if starter:
        return f"{starter[1]}.{name}"
    for solution in solutions:
        for node in parse(solution).body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return name
            if isinstance(node, ast.ClassDef) and any(getattr(part, "name", None) == name for part in node.body):
                return f"{node.name}.{name}"
    return name
