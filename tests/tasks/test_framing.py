"""Few-shot examples before a question, and the beginning of the answer after it."""

import pytest

from astor.errors import UserError
from astor.records import Split
from astor.tasks.code_generation import CodeGeneration, CodeGenerationOptions
from astor.tasks.framing import Framing
from astor.tasks.task import Example, Task


def task_with(**options: object) -> Task:
    return CodeGeneration(CodeGenerationOptions(style="instruct", **options))


@pytest.fixture
def example(make_item):
    def example(task: Task, number: int, split: Split) -> Example:
        item = make_item(f"def f(x):\n    return x + {number}", [((0,), number)], description=f"add {number}")
        return next(task.examples(item.model_copy(update={"id": str(number)}), split))

    return example


def test_examples_come_from_the_splits_that_are_learnt_from_and_are_asked_of_nobody(example) -> None:
    task = task_with(few_shot=2)
    framing = Framing(task)
    splits = [Split.HELD_OUT, Split.PROMOTION, Split.TRAIN, Split.WARM_START, Split.TRAIN]
    made = [example(task, number, split) for number, split in enumerate(splits)]
    assert [framing.keeps(each) for each in made] == [False, False, True, True, False]
    messages = framing.prompt(made[0].prompt, "").messages
    assert [message.role for message in messages] == ["user", "assistant"] * 2 + ["user"]
    assert [made[2].answer, made[3].answer] == [messages[1].content, messages[3].content]
    assert messages[4:] == made[0].prompt.messages
    assert framing.keeps(example(task, 2, Split.TRAIN)), "whose answer every prompt shows"


def test_a_prefill_begins_every_answer(example) -> None:
    task = task_with(prefill="```python")
    framing = Framing(task)
    asked = example(task, 3, Split.TRAIN)
    assert not framing.keeps(asked)
    assert framing.prompt(asked.prompt, "").messages[-1].content == "```python"
    learnt = framing.demonstration(asked)
    assert learnt.messages[-1].content + learnt.answer == asked.answer
    assert not Framing(task_with(prefill="Sure:")).demonstrates(asked)


def test_without_options_nothing_changes(example) -> None:
    task = task_with()
    asked = example(task, 3, Split.TRAIN)
    framing = Framing(task)
    assert not framing.keeps(asked)
    assert framing.prompt(asked.prompt, "") == asked.prompt


def test_too_few_examples_are_the_users_to_mend(example) -> None:
    task = task_with(few_shot=2)
    framing = Framing(task)
    framing.keeps(example(task, 1, Split.TRAIN))
    with pytest.raises(UserError, match="few_shot asks for 2 examples of code_generation and its sources have 1"):
        framing.prompt(example(task, 0, Split.HELD_OUT).prompt, "")
