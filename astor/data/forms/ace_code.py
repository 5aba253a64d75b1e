"""AceCode-87K (Zeng and others, arXiv 2502.01718)."""

import re
from collections.abc import Iterator
from typing import Annotated

from astor.data.foreign import PACKED, ForeignRecord, Texts
from astor.data.forms.asserts import asserted_function, calls_and_check, statements
from astor.data.forms.described import Described, FunctionForm
from astor.data.structure import parse
from astor.records import Function

_BLOCK = re.compile(r"^```(?:python|py)?[ \t]*\n(.*?)^```", re.DOTALL | re.MULTILINE | re.IGNORECASE)
MOST_SOLUTIONS = 10
"""Answers of models that are tried as solutions. Our choice, as of programs."""


class _Inference(ForeignRecord):
    completion: str = ""
    pass_rate: float = 0.0


class AceCode(FunctionForm):
    """The statement in `question`, asserts in `test_cases`; those `inferences` that passed them all as solutions."""

    question: str
    test_cases: Texts
    inferences: Annotated[list[_Inference], PACKED] = []
    id: str | None = None

    def described(self) -> Described:
        tests = statements(self.test_cases)
        entry = asserted_function(tests)
        calls, check = calls_and_check(tests, entry)
        first, *others = list(dict.fromkeys(self._solutions()))[:MOST_SOLUTIONS] or [""]
        function = Function(
            entry=entry,
            source=first,
            other_sources=tuple(others),
            description=self.question.strip(),
            calls=calls,
            check=check,
        )
        return Described(function, self.id)

    def _solutions(self) -> Iterator[str]:
        for inference in self.inferences:
            blocks = _BLOCK.findall(inference.completion)
            if inference.pass_rate < 1 or not blocks:
                continue
            try:
                parse(blocks[-1])
            except (SyntaxError, ValueError):
                continue
            yield blocks[-1].replace("\r\n", "\n")
