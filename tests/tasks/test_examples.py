"""What holds for the prompts of every task, whatever the items."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from astor.data.mbpp import MbppOptions, MbppSource
from astor.data.mutation import mutate
from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.records import Item, Split
from astor.tasks.catalogue import task_classes
from astor.tasks.task import Example, Task

MBPP = Path(__file__).parents[2].parent / "shared" / "data" / "mbpp" / "mbpp.train.jsonl"
LONG = ProceduralOptions(
    families=("arithmetic", "lists", "strings", "loops", "dicts"), depths=dict.fromkeys(range(1, 7), 1.0)
)


def tasks_of(style: str) -> list[Task]:
    return [task(task.options_type(style=style)) for task in task_classes().values()]


def examples_of(items: Iterator[Item], tasks: list[Task]) -> list[Example]:
    return [example for item in items for task in tasks for example in task.examples(item, Split.TRAIN)]


def check(examples: list[Example]) -> None:
    assert len({example.prompt.id for example in examples}) == len(examples)
    for example in examples:
        for message in example.prompt.messages:
            assert message.content == message.content.strip()
        assert example.prompt.id == example.reference.prompt_id
        assert example.prompt.task == example.reference.task
        assert example.prompt.split is Split.TRAIN
        assert example.prompt.max_tokens == 40


def with_mutants(item: Item) -> Item:
    """As verification leaves an item, but for what it runs."""
    mutants = mutate(item.content.source)[:2] if item.content.calls else ()
    return item.model_copy(update={"content": item.content.model_copy(update={"mutants": mutants})})


@pytest.mark.parametrize("style", ["terse", "instruct"])
def test_prompts_of_generated_items(style: str) -> None:
    items = list(islice(ProceduralSource(LONG, SplitOptions()).items(), 100))
    examples = examples_of(iter(items), tasks_of(style))
    check(examples)
    assert examples == examples_of(iter(items), tasks_of(style))
    assert {example.prompt.task for example in examples} == set(task_classes())
    assert {example.prompt.bucket for example in examples} == set(range(1, 7))


@pytest.mark.skipif(not MBPP.is_file(), reason=f"{MBPP} is not there: no prompts of the real MBPP")
@pytest.mark.parametrize("style", ["terse", "instruct"])
def test_prompts_of_real_problems(style: str) -> None:
    items = MbppSource(MbppOptions(path=MBPP), SplitOptions()).items()
    examples = examples_of(map(with_mutants, items), tasks_of(style))
    check(examples)
    assert {example.prompt.task for example in examples} == {"io_prediction", "code_generation", "unit_tests"}


def test_a_prompt_shows_nothing_that_is_hidden() -> None:
    for example in examples_of(islice(ProceduralSource(LONG, SplitOptions()).items(), 100), tasks_of("instruct")):
        text = example.prompt.messages[0].content
        if example.prompt.task == "code_generation":
            assert example.answer.removeprefix("```python\n").removesuffix("\n```") not in text
            assert "assert" not in text
        elif example.prompt.task == "unit_tests":
            assert not any(mutant in text for mutant in example.reference.data["mutants"])
        elif example.prompt.task == "commit_message":
            assert example.reference.data["message"] not in text
