"""Instances of one task share its items, each of which belongs to one of them."""

from collections import Counter
from itertools import islice

import pytest

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.records import Item, Split
from astor.tasks.catalogue import make_tasks
from astor.tasks.instances import tasks_for
from astor.tasks.io_prediction import IOPrediction, IOPredictionOptions
from astor.tasks.unit_tests import UnitTestsOptions


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return list(islice(ProceduralSource(ProceduralOptions(depths={1: 1, 2: 1, 3: 1}), SplitOptions()).items(), 300))


def asked(items: list[Item], **options: IOPredictionOptions | UnitTestsOptions) -> Counter[tuple[str, ...]]:
    tasks = make_tasks(options)
    return Counter(tuple(task.key for task in tasks_for(item, tasks)) for item in items)


def test_every_task_that_stands_alone_may_ask_about_every_item(items: list[Item]) -> None:
    assert asked(items, io_prediction=IOPredictionOptions(), tests=UnitTestsOptions()) == {
        ("io_prediction", "tests"): 300
    }


def test_instances_divide_the_items_evenly_and_always_alike(items: list[Item]) -> None:
    pair = {"a": IOPredictionOptions(), "b": IOPredictionOptions(), "tests": UnitTestsOptions()}
    counts = asked(items, **pair)
    assert counts.keys() == {("a", "tests"), ("b", "tests")}
    assert min(counts.values()) > 120
    assert counts == asked(items, **pair)


def test_instances_take_the_difficulties_that_they_name(items: list[Item]) -> None:
    tasks = make_tasks(
        {"easy": IOPredictionOptions(difficulties=(1, 2)), "hard": IOPredictionOptions(difficulties=(2, 3))}
    )
    found = {(item.difficulty, task.key) for item in items for task in tasks_for(item, tasks)}
    assert found == {(1, "easy"), (2, "easy"), (2, "hard"), (3, "hard")}


def test_prompts_and_references_carry_the_instances_key(items: list[Item]) -> None:
    example = next(IOPrediction(IOPredictionOptions(), "hard").examples(items[0], Split.TRAIN))
    assert example.prompt.id == example.reference.prompt_id == f"hard/output/{items[0].id}"
    assert example.prompt.task == example.reference.task == "hard"
