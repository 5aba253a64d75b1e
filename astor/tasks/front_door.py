"""What a task has that anyone can ask: its natural input, and where its answer stands in what a policy says."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from astor.errors import UserError
from astor.options import Options
from astor.records import Message
from astor.tasks.framing import framed
from astor.tasks.prompting import user_turn
from astor.tasks.task import Task
from astor.tasks.thinking import after_thinking


class TaskRequest(Options):
    """The natural input of a task. Prompts of training are made of the same requests, so `check` is asked apart."""

    main: ClassVar[str]
    """The field that a file holds whole, as `diff`."""

    @property
    def kind(self) -> str:
        """Which of the task's kinds of prompt it makes, as its references name them."""
        return ""

    def check(self) -> None:
        """UserError where it is no input of the task. Texts are read line by line, and nothing of them is parsed as
        Python: nested deeply enough, that ends the process."""


class AskableTask(Task):
    """A task with a front door: who serves a policy that was trained on it serves the task as well."""

    request_type: ClassVar[type[TaskRequest]]

    @abstractmethod
    def question(self, request: Any) -> str:
        """What a policy is asked for a request: in training, where `examples` makes the request of an item, and at the
        front door, where a person does."""

    @abstractmethod
    def answer(self, request: Any, said: str) -> str:
        """The part of what a policy said, without its thinking, that the task's parser would go on to read: a text.

        It is found by lines alone, in any process. Nothing of it is parsed, compiled or run here, so that what it may
        do happens where whoever asked for it runs it.
        """


@dataclass(frozen=True)
class Door:
    """The front door of a task, as one policy was trained on it."""

    task: AskableTask
    shown: Mapping[str, tuple[Message, ...]]
    """Kind of prompt → the answered questions that prompts of training show first, where they show any."""

    def messages(self, request: TaskRequest) -> tuple[Message, ...]:
        """The chat that asks for the request, that of training.

        UserError where it is no input of the task, or prompts of its kind show questions that nobody kept.
        """
        request.check()
        options = self.task.options
        if options.few_shot and request.kind not in self.shown:
            kind = f" of kind {request.kind}" if request.kind else ""
            raise UserError(
                f"The policy was trained on prompts of {self.task.key} that show {options.few_shot} answered questions "
                f"first, and has none{kind}: ask in another form, or ask /v1/chat/completions."
            )
        question = (user_turn(self.task.question(request)),)
        return framed(self.shown.get(request.kind, ()), question, options.prefill)

    def answer(self, request: TaskRequest, text: str) -> str | None:
        """The answer in what a policy wrote, from its prefill on; None where its thinking does not end."""
        said = after_thinking(text)
        return None if said is None else self.task.answer(request, said)
