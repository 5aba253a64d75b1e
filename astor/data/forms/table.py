"""Which form a record has: the fields by which each is known, and the model that reads it."""

from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from astor.data.foreign import ForeignRecord
from astor.data.forms.ace_code import AceCode
from astor.data.forms.apps import Apps
from astor.data.forms.big_code_bench import BigCodeBench
from astor.data.forms.code_contests import CodeContests
from astor.data.forms.codeforces import Codeforces
from astor.data.forms.deep_coder import DeepCoder
from astor.data.forms.described import FunctionForm
from astor.data.forms.eval_plus import MbppPlus
from astor.data.forms.kod_code import KodCode
from astor.data.forms.leet_code import LeetCode
from astor.data.forms.live_code_bench import LiveCodeBench
from astor.data.forms.problem import ProblemForm
from astor.data.forms.synthetic_1 import Synthetic1
from astor.data.forms.verl import Verl

F = TypeVar("F", bound=ForeignRecord)


class Forms(dict[str, tuple[frozenset[str], type[F]]], Generic[F]):
    """Form → fields that all of its records have, and its model; of a record with those of several the first counts."""

    @property
    def fields(self) -> tuple[frozenset[str], ...]:
        """Those of each form."""
        return tuple(fields for fields, _ in self.values())

    def name_of(self, record: F) -> str:
        """The form of a record that was read."""
        return next(name for name, (_, model) in self.items() if type(record) is model)

    def validate_python(self, record: Mapping[str, Any]) -> F:
        """The record as its form's model, or else as the first one's; pydantic's ValidationError where it is not."""
        models = [model for fields, model in self.values() if fields <= record.keys()]
        return (models or [model for _, model in self.values()])[0].model_validate(record)


PROBLEMS: Forms[ProblemForm] = Forms(
    {
        "APPS or TACO": (frozenset({"question", "input_output"}), Apps),
        "LiveCodeBench": (frozenset({"question_content", "public_test_cases"}), LiveCodeBench),
        "CodeContests": (frozenset({"description", "public_tests", "solutions"}), CodeContests),
        "DeepCoder": (frozenset({"problem", "tests"}), DeepCoder),
        "SYNTHETIC-1": (frozenset({"prompt", "verification_info"}), Synthetic1),
        "verl": (frozenset({"data_source", "prompt", "reward_model"}), Verl),
        "Codeforces of Open R1": (frozenset({"description", "input_format", "official_tests"}), Codeforces),
    }
)
"""Those with inputs and outputs."""
FUNCTIONS: Forms[FunctionForm] = Forms(
    {
        "LeetCodeDataset": (frozenset({"entry_point", "completion", "test"}), LeetCode),
        "KodCode": (frozenset({"question", "solution", "test"}), KodCode),
        "AceCode": (frozenset({"question", "test_cases"}), AceCode),
        "MBPP+ of EvalPlus": (frozenset({"entry_point", "canonical_solution", "base_input", "assertion"}), MbppPlus),
        "BigCodeBench": (frozenset({"instruct_prompt", "code_prompt", "canonical_solution", "test"}), BigCodeBench),
    }
)
"""Those with test code."""


class Refusal(NamedTuple):
    """A form that is known, and why it is not read."""

    fields: frozenset[str]
    reason: str


REFUSED = {
    "TestEval": Refusal(
        frozenset({"func_name", "python_solution", "target_lines"}), "its programs have no tests to judge answers by"
    ),
    "TestGenEval": Refusal(
        frozenset({"code_src", "test_src"}), "its tests need whole repositories, installed with what they depend on"
    ),
}
