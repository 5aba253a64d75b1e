"""A task over turns as another package would have it: no program, no public test, and replies that only count."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from astor.options import Options
from astor.records import Conversation, Function, Item, Message, Record, Reference, Split, Trajectory, Turn
from astor.sandbox import Claim
from astor.sandbox.runner import JobRunner
from astor.tasks.multi_turn.capability import Answered, MultiTurn
from astor.tasks.task import Answer, Example, Judgement, Task


class Type(Record):
    """What a function takes."""

    name: str


class Again(MultiTurn):
    """The policy may guess again, whatever it said."""

    turns, evaluated_turns, options = 2, 3, Options()

    def reply(self, answers: Sequence[Answered], sandbox: JobRunner) -> list[Turn]:
        return [
            Turn(text=one.text, program=None, shown_passed=(), public_passed=(), feedback=f"guess {len(one.turns) + 2}")
            for one in answers
        ]

    def judge(
        self, trajectories: Sequence[Trajectory], references: Mapping[str, Reference], sandbox: JobRunner
    ) -> list[Trajectory]:
        def judged(turn: Turn, name: str) -> Turn:
            return turn.model_copy(update={"hidden_passed": (turn.text.strip() == name,)})

        return [
            one.model_copy(
                update={"turns": tuple(judged(turn, references[one.prompt_id].data["name"]) for turn in one.turns)}
            )
            for one in trajectories
        ]


class Guess(Task):
    """Say what a function takes, from its description."""

    name = "guess"
    reference_type = Type
    parser = None
    promotion_metric = "short"
    multi_turn = Again()

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        begun = item.content if isinstance(item.content, Conversation) else None
        function: Any = begun.problem if begun else item.content
        if isinstance(function, Function):
            question = Message(role="user", content=f"what takes {function.description}")
            known = Type(name=function.argument_type)
            yield self.ask(item, split, (question, *(begun.said if begun else ())), function.argument_type, known)

    def judge_answer(self, reference: Type, answer: Answer, claims: Sequence[Claim]) -> Judgement:
        return Judgement.of(float(answer.said.strip() == reference.name), short=float(len(answer.said) < 9))


def tasks() -> dict[str, type[Task]]:
    return {"guess": Guess}
