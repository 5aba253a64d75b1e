"""Code that stands before a program: what a prompt gives to whoever answers it, as imports and helpers."""

import ast
import builtins
import re

from astor.data.slicing import slice_module
from astor.data.structure import parse

_FUTURE = re.compile(r"^from __future__ import .*\n?", re.MULTILINE)


def with_preamble(preamble: str, program: str) -> str:
    """The program after the preamble; imports from `__future__`, which must be first, go before both."""
    if not preamble:
        return program
    future = "".join(f"{line.rstrip()}\n" for line in _FUTURE.findall(program))
    return f"{future}{preamble.rstrip()}\n\n\n{_FUTURE.sub('', program)}"


def completed(preamble: str, program: str) -> str:
    """The program, after the preamble where it uses a name that it does not bind; SyntaxError where it is no Python."""
    used, bound = set[str](), set(dir(builtins))
    for node in ast.walk(parse(program)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name="*"):
                return program
            case ast.alias(name=name, asname=other):
                bound.add(other or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
    return program if used <= bound else with_preamble(preamble, program)


def referred(text: str, source: str, entry: str) -> str:
    """The functions and classes of the source that a text names, in backticks, as a call or with an underscore, with
    what they need; without those that need `entry` itself, which is asked for."""
    parts = []
    for node in parse(source).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name == entry:
            continue
        name = re.escape(node.name)
        if re.search(rf"`{name}\b|\b{name}\(" + (rf"|\b{name}\b" if "_" in node.name else ""), text):
            part = slice_module(source, node.name)
            if entry not in {getattr(each, "name", None) for each in parse(part).body}:
                parts.append(part)
    return "\n\n\n".join(parts)


def shown(preamble: str) -> str:
    """What a prompt says of the preamble, with an empty line after it; nothing where there is none."""
    return f"This code stands above yours:\n```python\n{preamble.strip()}\n```\n\n" if preamble.strip() else ""
