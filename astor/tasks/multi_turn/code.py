"""Writing a function over turns: each answer is a whole program, and feedback on public tests stands between them."""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from astor.data.calls import arguments_of, definition
from astor.data.preambles import shown, with_preamble
from astor.data.turns import fenced
from astor.records import Call, Conversation, Function, Item, Message, Outcome, Split, Verdict
from astor.sandbox import CallsJob, Ending, Result
from astor.tasks.endings import outcome_of
from astor.tasks.multi_turn.answer_form import AnswerFormOptions, take_apart
from astor.tasks.multi_turn.code_turns import CodeTurns
from astor.tasks.multi_turn.conversation import opening
from astor.tasks.multi_turn.dense_reward import DenseRewardOptions, dense_rewards
from astor.tasks.multi_turn.feedback import FeedbackOptions
from astor.tasks.multi_turn.improvement import NO_PROGRAM, ImprovementOptions, turn_reward, validation_reward
from astor.tasks.multi_turn.programs import PARSER
from astor.tasks.multi_turn.public_runs import passes
from astor.tasks.multi_turn.reference import MultiTurnReference
from astor.tasks.task import Answer, Example, Judgement, Judging, Task, TaskOptions

CHARACTERS_PER_TOKEN = 4
"""What lengths are counted with: `verify` has no tokenizer. Our choice, about what o200k_base comes to on English and
Python."""


class MultiTurnCodeOptions(TaskOptions):
    """Options of `multi_turn_code`."""

    type: Literal["multi_turn_code"] = "multi_turn_code"
    public_tests: int = Field(default=4, ge=1)
    """Calls that feedback may show, the item's first ones; Cobalt's scripts have 4. No prompt shows them beforehand."""
    hidden_tests: int = Field(default=8, ge=1)
    """Most hidden calls that the reward runs beside the public ones, the next ones; what is left is the second test
    set, which only evaluation runs. 8 is our choice."""
    feedback: FeedbackOptions = FeedbackOptions()
    turns: int = Field(default=1, ge=1)
    """Programs of one training rollout. 1: one more program after a conversation that has begun, as Cobalt trains;
    more: whole trajectories, each of whose turns the policy wrote itself, as multi-turn GRPO and VeRPO train."""
    evaluated_turns: int = Field(default=4, ge=1)
    """Programs of each trajectory by which a run's first and last policy are compared on held-out problems; 1 leaves it
    out. Cobalt's evaluation has 9; 4 is our choice, where most of the gain lies."""
    reward: Literal["improvement", "outcome", "dense"] = "improvement"
    """`improvement`: Cobalt's three parts. `outcome`: 1 where the last program passes all tests, else 0, multi-turn
    GRPO's; the best program would pay for a right one that is spoilt afterwards. `dense`: VeRPO's, of the last program
    too, its weights from the answers to the prompt that hold a program."""
    improvement: ImprovementOptions = ImprovementOptions(form=AnswerFormOptions(thinking=False))
    dense: DenseRewardOptions = DenseRewardOptions()

    @model_validator(mode="after")
    def _is_a_conversation_already(self) -> Self:
        if self.few_shot or self.prefill:
            raise ValueError("multi_turn_code has turns of its own: leave few_shot and prefill out")
        return self


class MultiTurnCode(Task):
    """One prompt per function that has a description and enough tests, and one per conversation that has begun.

    Terse: `write f for int: add 2`, instruct: Cobalt's opening in our words; the answer is a fenced block in both. A
    conversation goes on with the answers and the feedback that it holds.

    Score: 1 where all tests pass, public and hidden, else 0, which is Cobalt's reward in validation. The reward in
    training lies in [-1, 1] and is the verdict's part `reward`, told as (reward + 1) / 2, as `improvement` and `form`
    are. A policy could

    - make its program fit the public tests, which it is shown: hidden ones are paid too, and the second hidden set,
      which no reward runs, decides on promotion; perturbed public tests measure how far it goes;
    - repeat a good program of the conversation: without improvement it earns at most -0.1;
    - write a wrong program first, to improve on it later: each prompt pays one program, and what stood in the
      conversation before was written by another policy;
    - write at length, repeat itself or forge the turns of a chat: the form takes up to 0.9, and what looks like the
      chat's own marks in a message is read as text;
    - read or replace what judges it, exit or hang: expected values are never where the program runs, and a call that
      was not answered is not passed.
    """

    name = "multi_turn_code"
    options_type = MultiTurnCodeOptions
    reference_type = MultiTurnReference
    parser = PARSER
    graded = False
    promotion_metric = "second_tests"
    """All tests of the second hidden set pass; where an item has too few tests for one, all of the first."""
    options: MultiTurnCodeOptions

    def __init__(self, options: MultiTurnCodeOptions, key: str | None = None) -> None:
        super().__init__(options, key)
        self.multi_turn = CodeTurns(options.feedback, options.turns, options.evaluated_turns)

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        begun = item.content if isinstance(item.content, Conversation) else None
        function = begun.problem if begun else item.content
        public = self.options.public_tests
        if not isinstance(function, Function) or not function.description or len(function.calls) <= public:
            return
        end = public + self.options.hidden_tests
        reference = MultiTurnReference(
            entry=function.entry,
            preamble=function.preamble,
            public_tests=function.calls[:public],
            tests=function.calls[public:end],
            second_tests=function.calls[end:],
            tolerance=function.tolerance,
            prev_best=begun.prev_best if begun else 0.0,
        )
        messages = (*self.question(function), *(begun.said if begun else ()))
        answer = fenced(function.source) if function.source else None
        example = self.ask(item, split, messages, answer, reference, public_tests=function.calls[:public])
        how_to_run = {"entry": function.entry, "preamble": function.preamble, "tolerance": function.tolerance}
        prompt = example.prompt.model_copy(update=how_to_run)
        known = example.reference.model_copy(update={"kind": "next" if begun else "first"})
        yield Example(prompt, known, answer)

    def question(self, function: Function) -> tuple[Message, ...]:
        """How a conversation about the function begins."""
        if self.options.style == "terse":
            kind = f" for {function.argument_type}" if function.argument_type else ""
            text = f"write {function.entry}{kind}: {function.description}\n{function.preamble}"
            return (Message(role="user", content=text.rstrip()),)
        asked = f"Write a Python {definition(function.entry)}. {function.description}"
        return opening(f"{asked}\n\n{shown(function.preamble)}", "function")

    def entry(self, reference: MultiTurnReference) -> str:
        return reference.entry

    def judge(self, reference: MultiTurnReference, answers: Sequence[Answer], extended: bool) -> Judging:
        """Equal programs are run once: public and hidden calls, and the second calls if `extended`."""
        sets, programs = _test_sets(reference, extended), _programs(answers)
        results = yield [
            CallsJob(with_preamble(reference.preamble, program), reference.entry, tuple(map(arguments_of, calls)))
            for program in programs
            for calls in sets
        ]
        left = iter(results)
        of_program = {program: [next(left) for _ in sets] for program in programs}
        valid = {program: ended for program, ended in of_program.items() if not _failed(ended)}
        passed = {program: passes(ended[0], sets[0], reference.tolerance) for program, ended in valid.items()}
        judged = [answer for answer in answers if answer.value in valid]
        dense = iter(dense_rewards([passed[answer.value] for answer in judged], self.options.dense) if judged else ())
        judgements = []
        for answer in answers:
            if answer.value not in valid:
                judgements.append(Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0))
                continue
            first, *second = valid[answer.value]
            judgement = self._judge(reference, answer, first, passed[answer.value], next(dense))
            if extended:
                of_second = passes(second[0], sets[1], reference.tolerance) if second else passed[answer.value]
                judgement.parts[self.promotion_metric] = float(all(of_second))
            judgements.append(judgement)
        return judgements

    def _judge(
        self, reference: MultiTurnReference, answer: Answer, result: Result, passed: Sequence[bool], dense: float
    ) -> Judgement:
        rate = sum(passed) / len(passed)
        hidden = passed[len(reference.public_tests) :]
        score = validation_reward(rate)
        options = self.options.improvement
        made = turn_reward(answer.text, rate, reference.prev_best, count_tokens, options)
        reward = {"improvement": made.total, "outcome": score, "dense": dense}[self.options.reward]
        ended = result.ending is not Ending.FINISHED
        return Judgement(
            outcome_of(result.ending) if ended else Outcome.PASSED if score else Outcome.FAILED,
            score,
            float(take_apart(answer.text, options.form.thinking) is not None),
            {
                "tests": rate,
                "hidden_tests": sum(hidden) / len(hidden),
                "reward": (reward + 1) / 2,
                "improvement": (made.improvement + 1) / 2,
                "form": (made.form + 1) / 2,
            },
            f"{sum(hidden)} of {len(hidden)} hidden tests pass.",
        )

    def reward(self, verdict: Verdict) -> float | None:
        """The reward in training, in [-1, 1]; of an answer without a block of code -1, 0 for baselines."""
        if verdict.score is None:
            return None
        if "reward" not in verdict.parts:
            return NO_PROGRAM if self.options.reward == "improvement" else 0.0
        return 2 * verdict.parts["reward"] - 1


def count_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _test_sets(reference: MultiTurnReference, extended: bool) -> list[tuple[Call, ...]]:
    second = [reference.second_tests] if extended and reference.second_tests else []
    return [reference.public_tests + reference.tests, *second]


def _programs(answers: Sequence[Answer]) -> list[str]:
    return list(dict.fromkeys(answer.value for answer in answers))


def _failed(results: Sequence[Result]) -> bool:
    return any(result.ending is Ending.INFRASTRUCTURE_ERROR for result in results)
