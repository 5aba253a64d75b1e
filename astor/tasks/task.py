"""What a task is: it makes prompts and references of items, and verdicts of answers."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, create_model, field_validator

from astor.options import Options
from astor.records import Call, Item, Message, Outcome, Prompt, Record, Reference, Split, Verdict
from astor.sandbox import Claim, Ending, Job, Result
from astor.tasks.endings import outcome_of
from astor.tasks.multi_turn.capability import MultiTurn
from astor.tasks.prompting import prompt_id, user_turn
from astor.tasks.thinking import after_thinking

NOTHING = Record()
"""The reference of a task that judges an answer by the answer alone."""


class TaskOptions(Options):
    """What all tasks can be told."""

    type: str
    """Name of the task."""
    style: Literal["terse", "instruct"] = "terse"
    """Form of the prompts: `terse` in as few tokens as possible for policies that were warm-started on it, `instruct`
    with an instruction in words for chat models."""
    max_tokens: int = Field(default=40, ge=1)
    """Most tokens of an answer. Our choice: 40 for terse answers; chat models need 64 to 512."""
    format_share: float = Field(default=0.1, ge=0, le=0.1)
    """Part of the reward that an answer's form earns, in [0, 0.1]: less than the least that a right answer earns."""
    few_shot: int = Field(default=0, ge=0)
    """Questions with their answers that each prompt shows first, of its own kind, as earlier turns of the chat. They
    come from the warm-start or the training split, and are then asked of nobody."""
    prefill: str = ""
    """How each answer begins, as "```python": the policy goes on from there, and is judged with it."""
    difficulties: tuple[int, ...] | None = Field(default=None, min_length=1)
    """Difficulty buckets of the items that it asks about; None asks about all. Sources say what a bucket is."""
    kinds: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Which of the task's kinds of prompt it asks, as `output` and `input` of `io_prediction`; None asks all."""
    sources: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Sources of the items that it asks about, by the name that their items carry; None asks about all."""
    coin_share: float = Field(default=0.0, ge=0, le=1)
    """Share of the verdicts on training rollouts in place of which a coin is tossed, by the run's seed: a task with
    noise for rewards, to see what a method makes of it. What is committed as a verdict stays the true one, and
    evaluations are not touched."""

    @field_validator("prefill")
    @classmethod
    def _has_no_edges(cls, prefill: str) -> str:
        # A prefill that ended in a line break took a model of 135 million parameters from about 23 % to 0 %.
        if prefill != prefill.strip():
            raise ValueError(f"prefill {prefill!r} begins or ends in white space, which unsettles models: cut it off")
        return prefill


@dataclass(frozen=True)
class Example:
    """A prompt, what judges its answers, and an answer to learn from."""

    prompt: Prompt
    reference: Reference
    answer: str | None
    """A right answer in the task's canonical form, for the warm start; None where the item has none."""


@dataclass(frozen=True)
class Answer:
    """A completion that could be read."""

    text: str
    """What the policy wrote, and before it the task's `prefill` or the chat template's `<think>`."""
    value: Any = None
    """What the task's parser made of it; None where the task has no parser."""

    @property
    def said(self) -> str:
        """The text without its thinking, as it is where there is none; empty where thinking does not end."""
        return after_thinking(self.text) or ""


@dataclass(frozen=True)
class Judgement:
    """What one answer is worth: the fields of a Verdict that a task decides."""

    outcome: Outcome
    score: float | None
    format: float
    parts: dict[str, float] = field(default_factory=dict)
    detail: str = ""
    data: Record | None = None
    """What the task tells beside these: a record of its `verdict_type`."""

    @classmethod
    def of(cls, score: float, **parts: float) -> "Judgement":
        """An answer in the form that was asked for is worth `score`, in [0, 1]: it passed where that is 1."""
        return cls(Outcome.PASSED if score == 1 else Outcome.FAILED, score, 1.0, parts)

    @classmethod
    def ended_early(cls, result: Result, format: float = 1.0) -> "Judgement":
        """An answer whose program did not come as far as its claim earned nothing, or nothing is known of it."""
        if result.ending in (Ending.FINISHED, Ending.INFRASTRUCTURE_ERROR):
            return cls(Outcome.INFRASTRUCTURE_ERROR, None, 0.0, detail=result.detail)
        return cls(outcome_of(result.ending), 0.0, format, detail=result.detail)


Judging = Generator[list[Job], list[Result], list[Judgement]]
"""Yields jobs, is sent their results in order, and returns one judgement per answer."""


class Task(ABC):
    """One kind of question. A class of another package is found by the entry point group `astor.tasks`.

    A recipe may have several instances of one class. They share its items, as `astor.tasks.instances` says.
    """

    name: ClassVar[str]
    """Name of the class in recipes: the one value of the field `type` of `options_type`."""
    options_type: ClassVar[type[TaskOptions]]
    """Made where a task has no options of its own."""
    reference_type: ClassVar[type[Record]] = Record
    """What a task knows of a prompt to judge its answers by: a record of its own, that `ask` is given and `job`,
    `judge_answer`, `judge`, `entry` and `counts` get back. Its fields are plain data, as JSON has them."""
    verdict_type: ClassVar[type[Record]] = Record
    """What a task tells of an answer beside its score and parts: a record of its own, as `data` of its judgements."""
    parser: str | None
    """The sandbox's parser that reads answers, as `literal`, `program` or `asserts`; None where text is judged as
    text."""
    shares_runs: ClassVar[bool] = False
    """Whether one run serves several answers; where it ends early, they are judged alone: none pays for another."""
    graded: ClassVar[bool] = True
    """Whether scores lie anywhere in [0, 1]; False where they are 0 or 1."""
    multi_turn: MultiTurn | None = None
    """How an answer is replied to; None where each prompt is answered once."""
    promotion_metric: ClassVar[str]
    """The named part of a verdict that the promotion gate reads and no reward contains."""
    asks_apart: bool = False
    """Whether it asks promotion prompts that enter no score: `ask` makes them `apart`, `measured_apart` reads them."""
    extended_parts: ClassVar[tuple[str, ...]]
    """Parts that evaluation measures beside the reward, 0 of what cannot be read; by default the promotion metric."""

    def __init_subclass__(cls) -> None:
        if "promotion_metric" in vars(cls) and "extended_parts" not in vars(cls):
            cls.extended_parts = (cls.promotion_metric,)
        if "name" in vars(cls) and "options_type" not in vars(cls):
            kind: Any = (Literal[cls.name], cls.name)
            cls.options_type = create_model(f"{cls.__name__}Options", __base__=TaskOptions, type=kind)

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """Kinds of prompt that the task makes, where its references name them; else empty."""
        field = cls.reference_type.model_fields.get("kind")
        return get_args(field.annotation) if field else ()

    def __init__(self, options: TaskOptions, key: str | None = None) -> None:
        """An instance is called `key` in recipes and records; None calls it as its class."""
        self.options = options
        self.key = key or self.name

    @abstractmethod
    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        """The item's examples: few, always the same ones for the same item, none where the item does not fit."""

    def job(self, reference: Any, answer: Answer) -> Job | None:
        """What the sandbox runs to judge one answer; None for nothing. Unused where a task has its own `judge`."""
        return None

    def judge_answer(self, reference: Any, answer: Answer, claims: Sequence[Claim]) -> Judgement:
        """What one answer is worth, from what its job's program claims: one claim for each of its calls, none without a
        job. A program that did not come to its end never gets here. Unused where a task has its own `judge`."""
        raise NotImplementedError(f"{type(self).__name__} needs judge_answer, or a judge of its own")

    def judge(self, reference: Any, answers: Sequence[Answer], extended: bool) -> Judging:
        """The judgements of the answers to one prompt, in order. What the sandbox shall run is yielded, and its results
        are sent in, as often as it takes. `extended` asks for metrics beside the reward."""
        jobs = [self.job(reference, answer) for answer in answers]
        left = iter((yield [job for job in jobs if job is not None]))
        ended = [next(left) if job is not None else None for job in jobs]
        return [
            Judgement.ended_early(result, float(result.ending is not Ending.MALFORMED))
            if result is not None and result.ending is not Ending.FINISHED
            else self.judge_answer(reference, answer, result.claims if result is not None else ())
            for answer, result in zip(answers, ended, strict=True)
        ]

    def entry(self, reference: Any) -> str:
        """Name of the function or class that an answer's program defines, or of a method as `Solution.f`, by which it
        is told from other programs in the answer; empty where it has no name, or no program is asked for."""
        return ""

    def measured_apart(self, verdict: Verdict) -> dict[str, float]:
        """Metric → value in [0, 1] of a judged answer to a prompt that was asked `apart`."""
        return {self.promotion_metric: verdict.score or 0.0}

    def counts(self, reference: Any, said: str) -> dict[str, tuple[int, ...]]:
        """What is added up over all answers, for `astor.evaluation.metrics.CORPUS`; `said` is empty where none is."""
        return {}

    def reward(self, verdict: Verdict) -> float | None:
        """(1 - f) * score * format + f * format with f the option `format_share`, in [0, 1]; None without a score."""
        if verdict.score is None:
            return None
        share = self.options.format_share
        return (1 - share) * verdict.score * verdict.format + share * verdict.format

    def ask(
        self,
        item: Item,
        split: Split,
        question: str | tuple[Message, ...],
        answer: str | None,
        reference: Record = NOTHING,
        *,
        kind: str = "",
        number: int = 0,
        public_tests: tuple[Call, ...] = (),
        apart: bool = False,
    ) -> Example:
        """An example that asks `question`, one user turn or a conversation; `reference` is what judges the answers.

        `kind` and, from 1 on, `number` tell apart the prompts that a task makes of one item. `public_tests` are those
        that the prompt shows. `apart` is for the promotion split: the answers count as `measured_apart` has them alone.
        """
        assert not apart or (self.asks_apart and split is Split.PROMOTION), f"{split} asks nothing apart"
        assert isinstance(reference, self.reference_type), f"{type(reference)} is not {self.reference_type}"
        name = prompt_id(self.key, kind, item.id) + (f"/{number}" if number else "")
        messages = (user_turn(question),) if isinstance(question, str) else question
        prompt = Prompt(
            id=name,
            item_id=item.id,
            task=self.key,
            split=split,
            messages=messages,
            public_tests=public_tests,
            bucket=item.difficulty,
            max_tokens=self.options.max_tokens,
            apart=apart,
        )
        known = Reference(prompt_id=name, task=self.key, kind=kind, apart=apart, data=reference.model_dump(mode="json"))
        return Example(prompt, known, answer)

    def read_reference(self, reference: Reference) -> Any:
        """The `data` of a reference of this task as its `reference_type`."""
        return self.reference_type.model_validate(reference.data)

    def read_verdict(self, verdict: Verdict) -> Any:
        """The `data` of a verdict of this task as its `verdict_type`; None where the verdict has none."""
        return self.verdict_type.model_validate(verdict.data) if verdict.data else None
