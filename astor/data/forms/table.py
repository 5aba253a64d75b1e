"""Which form a record has: the fields by which each is known."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag, TypeAdapter

from astor.data.forms.apps import Apps
from astor.data.forms.code_contests import CodeContests
from astor.data.forms.live_code_bench import LiveCodeBench

PROBLEM_FIELDS: Mapping[str, frozenset[str]] = {
    "apps": frozenset({"question", "input_output"}),
    "live-code-bench": frozenset({"question_content", "public_test_cases"}),
    "code-contests": frozenset({"description", "public_tests", "solutions"}),
}
"""Form → fields that all of its records have; of a record with those of several the first one counts."""


def _form(record: Any) -> str:
    return next(
        (form for form, fields in PROBLEM_FIELDS.items() if fields <= record.keys()), next(iter(PROBLEM_FIELDS))
    )


PROBLEMS: TypeAdapter[Apps | LiveCodeBench | CodeContests] = TypeAdapter(
    Annotated[
        Annotated[Apps, Tag("apps")]
        | Annotated[LiveCodeBench, Tag("live-code-bench")]
        | Annotated[CodeContests, Tag("code-contests")],
        Discriminator(_form),
    ]
)
"""A record in one of the forms; its `problem()` says what it holds, or raises `UnusableError`."""
