"""What stands around a task's questions: answered questions before them, and the beginning of the answer after them."""

from collections.abc import Iterable

from astor.errors import UserError
from astor.records import Demonstration, Message, Prompt, Split
from astor.tasks.task import Example, Task


class Framing:
    """Gathers a task's few-shot examples, then frames its prompts and demonstrations with them and with the prefill.

    Examples come from the warm-start and the training split alone, each from an item of its own; every kind of prompt
    has its own ones, the first that come. Few-shot prompting: Brown and others (arXiv 2005.14165, section 2).
    """

    def __init__(self, task: Task) -> None:
        self.task, self.options = task.key, task.options
        self._shown: dict[str, list[Example]] = {}

    def keeps(self, example: Example) -> bool:
        """Whether the example is one of the few that prompts show, or asks the same: it must not be asked then."""
        shown = self._shown.setdefault(example.reference.kind, [])
        if any(other.prompt.messages == example.prompt.messages for other in shown):
            return True
        items = {other.prompt.item_id for other in shown}
        usable = example.prompt.split in (Split.WARM_START, Split.TRAIN) and self.demonstrates(example)
        if len(shown) == self.options.few_shot or not usable or example.prompt.item_id in items:
            return False
        shown.append(example)
        return True

    def demonstrates(self, example: Example) -> bool:
        """Whether it has an answer that begins as answers shall."""
        return example.answer is not None and example.answer.startswith(self.options.prefill)

    def prompt(self, prompt: Prompt, kind: str) -> Prompt:
        """The prompt with what stands around it. UserError where too few examples were found for its kind."""
        return prompt.model_copy(update={"messages": self._around(prompt.messages, kind)})

    def demonstration(self, example: Example) -> Demonstration:
        """The example to learn from, without what the prompt says of its answer."""
        assert example.answer is not None, example.prompt.id
        return Demonstration(
            task=example.prompt.task,
            messages=self._around(example.prompt.messages, example.reference.kind),
            answer=example.answer.removeprefix(self.options.prefill),
        )

    def _around(self, messages: tuple[Message, ...], kind: str) -> tuple[Message, ...]:
        shown = self._shown.get(kind, [])
        if len(shown) < self.options.few_shot:
            raise UserError(
                f"few_shot asks for {self.options.few_shot} examples of {self.task} and its sources have "
                f"{len(shown)} in the warm-start and training splits: give it more items there, or ask for fewer."
            )
        before = [
            message
            for example in shown
            for message in (*example.prompt.messages, Message(role="assistant", content=str(example.answer)))
        ]
        return framed(before, messages, self.options.prefill)


def framed(before: Iterable[Message], question: Iterable[Message], prefill: str) -> tuple[Message, ...]:
    """A question after answered ones, and the beginning of its answer."""
    begun = [Message(role="assistant", content=prefill)] if prefill else []
    return (*before, *question, *begun)
