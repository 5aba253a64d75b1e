"""What a policy was trained to be asked."""

from typing import Any

from astor.records.message import Message
from astor.records.record import Record


class TrainedTask(Record):
    """A task that a policy was trained on."""

    key: str
    """The task's key in its recipe."""
    type: str
    """Name of the task."""
    options: dict[str, Any]
    """The fields of the task's options, as JSON has them."""
    shown: dict[str, tuple[Message, ...]] = {}
    """Kind of prompt → the answered questions that each prompt of it showed first; empty where it showed none."""


class TrainedTasks(Record):
    """`tasks.json`, beside the weights of a promoted policy; no part of its digest."""

    tasks: tuple[TrainedTask, ...]
