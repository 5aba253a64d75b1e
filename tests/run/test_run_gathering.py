"""Of endless items a task's examples are made as long as one of them may be of use."""

from itertools import islice

import pytest

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.records import Split
from astor.run.gathering import Gathering
from astor.tasks.commit_message import CommitMessage
from astor.tasks.io_prediction import IOPrediction
from astor.tasks.task import Task

PROMPTS = {Split.TRAIN: 12, Split.HELD_OUT: 3, Split.PROMOTION: 3}


class Unsparing(Gathering):
    """Makes every example there is."""

    def _has_enough(self, split: Split, task: Task) -> bool:
        return False


@pytest.mark.parametrize("demonstrations", [{"io_prediction": 9, "commit_message": 4}, {"io_prediction/input": 5}, {}])
@pytest.mark.parametrize("few_shot", [0, 2])
def test_what_is_gathered_is_the_same_as_of_all_examples(demonstrations: dict[str, int], few_shot: int) -> None:
    source = ProceduralSource(ProceduralOptions(), SplitOptions())
    items = [(source.split_of(item), item) for item in islice(source.items(), 400)]
    found, asked = [], []
    for kind in (Gathering, Unsparing):
        made = [0]
        tasks: dict[str, Task] = {}
        for task in (IOPrediction, CommitMessage):

            class Counting(task):  # type: ignore[valid-type, misc]  # the same, but that its examples are counted
                def examples(self, item, split, made=made):
                    made[0] += 1
                    return super().examples(item, split)

            tasks[task.name] = Counting(task.options_type(few_shot=few_shot))
        gathering = kind(tasks, PROMPTS, demonstrations)
        for item in items:
            gathering.add(item)
        found.append((gathering.framed_prompts(), gathering.references, gathering.shuffled_demonstrations()))
        asked.append(made[0])
    assert found[0] == found[1]
    assert asked[0] < asked[1] / 2 if not few_shot else asked[0] == asked[1]
