"""Problems of Codeforces as Open R1 publishes them (open-r1/codeforces on the hub), without solutions."""

from typing import Any

from astor.data.forms.problem import Problem, ProblemForm, UnusableError
from astor.data.forms.written_tests import read_tests

PARTS = {"input_format": "Input", "output_format": "Output", "note": "Note"}
"""Field → the heading under which the statement has it."""


class Codeforces(ProblemForm):
    """The statement in `description` and `PARTS`, public tests in `examples`, hidden ones in `official_tests`, and in
    `generated_checker` a program for problems with many right outputs."""

    description: str
    examples: Any = None
    official_tests: Any = None
    input_format: str = ""
    output_format: str = ""
    note: str = ""
    interaction_format: str = ""
    input_mode: str = "stdio"
    generated_checker: str = ""
    id: str | None = None

    def problem(self) -> Problem:
        if self.interaction_format:
            raise UnusableError("its programs talk with another one")
        if self.input_mode != "stdio":
            raise UnusableError("its programs read or write files")
        parts = [self.description]
        parts += [f"{heading}\n{text}" for field, heading in PARTS.items() if (text := getattr(self, field))]
        public, others = (read_tests(field, getattr(self, field)).pairs for field in ("examples", "official_tests"))
        return Problem("\n\n".join(parts), public, others, [], checker=self.generated_checker or None, name=self.id)
