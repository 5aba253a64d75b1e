"""Every task there is, ours and those of other packages."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from astor.errors import UserError
from astor.tasks.code_generation import CodeGeneration
from astor.tasks.commit_message import CommitMessage
from astor.tasks.io_prediction import IOPrediction
from astor.tasks.multi_turn.code import MultiTurnCode
from astor.tasks.task import Task, TaskOptions
from astor.tasks.unit_tests import UnitTests

ENTRY_POINTS = "astor.tasks"
"""Group of entry points, each a function without arguments that gives a mapping from name to class."""


def task_classes() -> dict[str, type[Task]]:
    """Name of a task, which is the `type` of its options → its class."""
    classes: dict[str, type[Task]] = {
        task.name: task for task in (IOPrediction, CodeGeneration, UnitTests, CommitMessage, MultiTurnCode)
    }
    for point in entry_points(group=ENTRY_POINTS):
        find: Callable[[], Mapping[str, type[Task]]] = point.load()
        found = find()
        if taken := sorted(classes.keys() & found.keys()):
            raise UserError(f"{point.value} ({ENTRY_POINTS}) offers {taken[0]!r}, which is taken: rename it.")
        classes.update(found)
    return classes


def make_tasks(options: Mapping[str, TaskOptions]) -> dict[str, Task]:
    """Key of an instance → the task, from the options by key that a recipe has."""
    classes = task_classes()
    return {key: classes[one.type](one, key) for key, one in options.items()}
