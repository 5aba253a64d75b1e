"""Functions with test code, in one of the forms of `astor.data.forms`."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from astor.data.forms.problem import UnusableError
from astor.data.forms.table import FUNCTIONS
from astor.data.lines import read_lines
from astor.data.source import Source
from astor.data.structure import structure_of
from astor.options import Options
from astor.records import Item


class PublishedFunctionsOptions(Options):
    """Where the file lies, and whose it is."""

    type: Literal["functions"] = "functions"
    path: Path
    """A file or directory of records with the fields that the modules of `astor.data.forms` document."""
    licence: str = "unknown"
    """Licence of the records, as an SPDX identifier."""


class PublishedFunctionsSource(Source):
    """Functions whose tests are asserts, `check(candidate)`, pytest's or unittest's, or inputs for the solution itself.

    `assert f(literals) == literal` becomes a call; all other test code runs beside the program. Functions share a split
    when they have the same structure, and those without a solution when their statements have the same words.
    """

    options_type = PublishedFunctionsOptions
    options: PublishedFunctionsOptions

    def items(self) -> Iterator[Item]:
        self.forms, self.left_out = Counter(), Counter()
        for number, record in read_lines(self.options.path, FUNCTIONS):
            self.forms[FUNCTIONS.name_of(record)] += 1
            try:
                found = record.described()
                if not found.function.calls and found.function.check is None:
                    raise UnusableError("it has no tests")
            except UnusableError as reason:
                self.left_out[str(reason)] += 1
                continue
            name = str(number if found.name is None else found.name).replace("/", "-")
            yield Item(
                id=f"{self.options.path.name.partition('.')[0]}-{name}",
                content=found.function,
                source=self.options.path.name,
                licence=found.licence or self.options.licence,
                structural_hash=structure_of(found.function.source, found.function.description),
                difficulty=found.difficulty,
            )
