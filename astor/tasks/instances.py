"""Several instances of one task share its items: each item belongs to one of them."""

from collections.abc import Mapping

from astor.records import Item
from astor.tasks.task import Task, place_in


def tasks_for(item: Item, tasks: Mapping[str, Task]) -> list[Task]:
    """The tasks that may ask about an item; `tasks` by key.

    Of instances of one class it is one: of those that take the item's difficulty the one that the item's identifier
    draws, each as likely (our choice). So no question is asked twice, and every instance has items of every split.
    """
    willing: dict[str, list[Task]] = {}
    for task in tasks.values():
        if task.options.difficulties is None or item.difficulty in task.options.difficulties:
            willing.setdefault(task.name, []).append(task)
    return [instances[place_in(item, len(instances), f"{name}/")] for name, instances in willing.items()]
