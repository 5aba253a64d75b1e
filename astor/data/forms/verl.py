"""Records as verl trains on them (arXiv 2409.19256), Eurus-2-RL-Data (arXiv 2502.01456) among them."""

import re
from typing import Annotated, Any

from astor.data.assertions import read_call
from astor.data.calls import arguments_of, result_of
from astor.data.foreign import PACKED, ForeignRecord
from astor.data.forms.asserts import asserted_function, statements
from astor.data.forms.problem import Problem, ProblemForm, UnusableError
from astor.data.forms.written_tests import WrittenTests, read_json, read_tests

_INSTRUCTION = re.compile(
    r"\s*Write Python code to solve the problem\. Present the code in\s*```python\s*Your code\s*```\s*at the end\.\s*\Z"
)
"""What Eurus says after each statement, which our prompts say in their own words."""


class _Message(ForeignRecord):
    role: str
    content: str


class _RewardModel(ForeignRecord):
    ground_truth: Any = None


class Verl(ProblemForm):
    """The statement in the user's messages of `prompt`, tests as JSON in `reward_model.ground_truth`, in one of the
    shapes of `astor.data.forms.written_tests` or as a list of asserts. `ability` tells code from the rest."""

    data_source: str
    prompt: Annotated[list[_Message], PACKED]
    reward_model: Annotated[_RewardModel, PACKED]
    ability: str = ""

    def problem(self) -> Problem:
        if self.ability and "cod" not in self.ability.lower():
            raise UnusableError("it is no problem of code")
        statement = "\n\n".join(message.content for message in self.prompt if message.role == "user")
        truth = read_json("ground_truth", self.reward_model.ground_truth)
        if isinstance(truth, list) and truth and all(isinstance(each, str) for each in truth):
            tests = _of_asserts(truth)
        elif isinstance(truth, dict) and truth and not truth.keys() & {"inputs", "outputs", "input", "output"}:
            raise UnusableError("its ground_truth is of no known form")
        else:
            tests = read_tests("ground_truth", truth)
        return Problem(_INSTRUCTION.sub("", statement), [], tests.pairs, [], tests.function)


def _of_asserts(asserts: list[str]) -> WrittenTests:
    parsed = statements(asserts)
    entry = asserted_function(parsed)
    calls = [read_call(statement, entry) for statement in parsed]
    if not all(calls):
        raise UnusableError("its asserts are no calls on plain data")
    return WrittenTests([(list(arguments_of(call)), result_of(call)) for call in calls if call], entry)
