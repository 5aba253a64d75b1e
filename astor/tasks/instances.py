"""Several instances of one task share its items: each item belongs to one of them."""

from collections.abc import Iterator, Mapping

from astor.records import Item, Split
from astor.tasks.prompting import place_in
from astor.tasks.task import Example, Task


def tasks_for(item: Item, tasks: Mapping[str, Task]) -> list[Task]:
    """The tasks that may ask about an item; `tasks` by key.

    Of instances of one class it is one: of those that take the item's difficulty and source the one that the item's
    identifier draws, each as likely (our choice). So no question is asked twice, and every instance has items of every
    split.
    """
    willing: dict[str, list[Task]] = {}
    for task in tasks.values():
        if _takes(task, item):
            willing.setdefault(task.name, []).append(task)
    return [instances[place_in(item, len(instances), f"{name}/")] for name, instances in willing.items()]


def chosen_examples(task: Task, item: Item, split: Split) -> Iterator[Example]:
    """The item's examples of the kinds that the instance asks."""
    kinds = task.options.kinds
    return (example for example in task.examples(item, split) if kinds is None or example.reference.kind in kinds)


def _takes(task: Task, item: Item) -> bool:
    difficulties, sources = task.options.difficulties, task.options.sources
    return (difficulties is None or item.difficulty in difficulties) and (sources is None or item.source in sources)
