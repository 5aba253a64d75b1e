"""What tasks would make of items: how many prompts."""

from collections import Counter
from collections.abc import Sequence

from astor.records import Item, Split
from astor.tasks.catalogue import default_tasks


def count_prompts(items: Sequence[Item]) -> dict[str, int]:
    """Task → prompts that its default options make of the items; without the tasks that make none."""
    counts: Counter[str] = Counter()
    for task in default_tasks():
        counts[task.key] = sum(1 for item in items for _ in task.examples(item, Split.TRAIN))
    return dict(+counts)
