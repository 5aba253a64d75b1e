"""CRUXEval, functions with one input and its output (Gu and others, arXiv 2401.03065)."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, TypeAdapter

from astor.data.assertions import read_call
from astor.data.lines import read_lines
from astor.data.source import Source
from astor.data.structure import NO_PYTHON, parse, structural_hash
from astor.options import Options
from astor.records import Function, Item

ENTRY = "f"
"""Every function of the data set is called so."""
LICENCE = "MIT"


class CruxEvalOptions(Options):
    """Where the file lies."""

    type: Literal["crux-eval"] = "crux-eval"
    path: Path
    """A file or directory of records, as published."""


class _Sample(BaseModel):
    code: str
    arguments: str = Field(validation_alias="input")
    returns: str = Field(validation_alias="output")
    id: str


class CruxEvalSource(Source):
    """Functions with one call each and no description: they are for I/O prediction.

    Of the 800 published samples a few have an input that is no plain data (`range(3)`, a lambda): such a sample is left
    out and counted.
    """

    options_type = CruxEvalOptions
    options: CruxEvalOptions

    def items(self) -> Iterator[Item]:
        self.left_out = Counter()
        for _, sample in read_lines(self.options.path, TypeAdapter(_Sample)):
            try:
                structure = structural_hash(sample.code)
                (assertion,) = parse(f"assert {ENTRY}({sample.arguments}) == ({sample.returns})").body
            except (SyntaxError, ValueError):
                self.left_out[NO_PYTHON] += 1
                continue
            call = read_call(assertion, ENTRY)
            if call is None:
                self.left_out["the input or the output is not plain data"] += 1
                continue
            yield Item(
                id=f"crux-eval-{sample.id}",
                content=Function(entry=ENTRY, source=sample.code, calls=(call,)),
                source="crux-eval",
                licence=LICENCE,
                structural_hash=structure,
            )
