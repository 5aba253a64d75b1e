"""Prompts, which a policy may see, and references, which it may not."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from astor.records.item import Call
from astor.records.message import Message
from astor.records.record import Record


class Split(StrEnum):
    """What an item is for. Two splits never share a structural hash."""

    WARM_START = "warm_start"
    TRAIN = "train"
    HELD_OUT = "held_out"
    PROMOTION = "promotion"


class Prompt(Record):
    """What a policy is asked, and everything that it may know."""

    schema_version: ClassVar[int] = 2

    id: str
    item_id: str
    task: str
    """Key of the task, as `io_prediction`."""
    split: Split
    messages: tuple[Message, ...]
    public_tests: tuple[Call, ...] = ()
    entry: str = ""
    """Name of the function that the public tests call, where a task runs them between turns."""
    bucket: int = 0
    """Difficulty bucket of the item."""
    max_tokens: int = 64
    """Most tokens that an answer may have."""


class Reference(Record):
    """What only `verify` may read. A task fills the fields that it needs."""

    schema_version: ClassVar[int] = 3

    prompt_id: str
    task: str
    kind: str = ""
    """Which of the task's kinds of prompt this is, as `output` or `input`."""
    entry: str = ""
    solution: str = ""
    """Source of the reference solution."""
    public_tests: tuple[Call, ...] = ()
    """Tests that the prompt shows: an answer must pass them and earns nothing by it."""
    tests: tuple[Call, ...] = ()
    """Hidden tests that the reward runs."""
    second_tests: tuple[Call, ...] = ()
    """Hidden tests that the reward never runs; evaluation does."""
    compare: Literal["exact", "whitespace", "float"] = "whitespace"
    """How outputs of whole programs are compared, as `astor.sandbox.same_output` defines it."""
    check: str | None = None
    """Hidden test code that defines `check(candidate)`; runs in the test process of two-process mode."""
    mutants: tuple[str, ...] = ()
    message: str = ""
    """The message that a person wrote for a commit."""
    diff: str = ""
    prev_best: float = Field(default=0.0, ge=0, le=1)
    """Largest share of all tests that a program already in the prompt's conversation passes; 0 where there is none."""


class Demonstration(Record):
    """A prompt of the warm-start split with an answer to learn from; never used as a prompt."""

    task: str
    messages: tuple[Message, ...]
    answer: str


def prompts_by_id(prompts: Iterable[Prompt]) -> dict[str, Prompt]:
    """Prompt id → prompt."""
    return {prompt.id: prompt for prompt in prompts}


def references_by_prompt(references: Iterable[Reference]) -> dict[str, Reference]:
    """Prompt id → reference."""
    return {reference.prompt_id: reference for reference in references}
