"""Prompts, which a policy may see, and references, which it may not."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from astor.records.item import Call
from astor.records.message import Message
from astor.records.record import Record
from astor.tolerance import Tolerance


class Split(StrEnum):
    """What an item is for. Two splits never share a structural hash."""

    WARM_START = "warm_start"
    TRAIN = "train"
    HELD_OUT = "held_out"
    PROMOTION = "promotion"


class Prompt(Record):
    """What a policy is asked, and everything that it may know."""

    schema_version: ClassVar[int] = 4

    id: str
    """Task, kind and item: unique in a run."""
    item_id: str
    """The item that it was made of."""
    task: str
    """Key of the task in the recipe, as `io_prediction`."""
    split: Split
    """What it is for."""
    messages: tuple[Message, ...]
    """The chat so far, up to where an answer is due."""
    public_tests: tuple[Call, ...] = ()
    """Calls that a policy may see."""
    entry: str = ""
    """What the public tests call, as `Function.entry` names it, where a task runs them between turns."""
    preamble: str = ""
    """What stands before a program when it runs between turns, as `Function.preamble`."""
    tolerance: Tolerance | None = None
    """How far floats of these calls may lie from the expected ones; as `astor.sandbox.same_value` has it where None."""
    bucket: int = 0
    """Difficulty bucket of the item."""
    max_tokens: int = 64
    """Most tokens that an answer may have."""
    apart: bool = False
    """Whether it is asked for the gate alone and enters no score, as its reference says."""


class Reference(Record):
    """What only `verify` may read of a prompt: what its answers are judged by."""

    schema_version: ClassVar[int] = 5

    prompt_id: str
    """Which prompt."""
    task: str
    """Key of its task in the recipe."""
    kind: str = ""
    """Which of the task's kinds of prompt this is, as `output` or `input`."""
    apart: bool = False
    """Whether the prompt, of the promotion split, is asked for the gate alone and enters no score: for the promotion
    metric, or for what a guard looks at."""
    data: dict[str, Any] = {}
    """The fields of the record that the task names as its `reference_type`, as JSON has them."""


class Demonstration(Record):
    """A prompt of the warm-start split with an answer to learn from; never used as a prompt."""

    task: str
    """Key of the task in the recipe."""
    messages: tuple[Message, ...]
    """What is asked."""
    answer: str
    """What is answered."""


def prompts_by_id(prompts: Iterable[Prompt]) -> dict[str, Prompt]:
    """Prompt id → prompt."""
    return {prompt.id: prompt for prompt in prompts}


def references_by_prompt(references: Iterable[Reference]) -> dict[str, Reference]:
    """Prompt id → reference."""
    return {reference.prompt_id: reference for reference in references}
