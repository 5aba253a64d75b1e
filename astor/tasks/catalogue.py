"""Every task there is, ours and those of other packages."""

from collections.abc import Mapping

from astor.catalogue import catalogue
from astor.errors import UserError
from astor.explain import nearest
from astor.tasks.code_generation import CodeGeneration
from astor.tasks.commit_message import CommitMessage
from astor.tasks.io_prediction import IOPrediction
from astor.tasks.multi_turn.code import MultiTurnCode
from astor.tasks.task import Task, TaskOptions
from astor.tasks.unit_tests import UnitTests

ENTRY_POINTS = "astor.tasks"


def task_classes() -> dict[str, type[Task]]:
    """Name of a task, which is the `type` of its options → its class."""
    ours: tuple[type[Task], ...] = (IOPrediction, CodeGeneration, UnitTests, CommitMessage, MultiTurnCode)
    return catalogue(ENTRY_POINTS, {task.name: task for task in ours})


def make_tasks(options: Mapping[str, TaskOptions]) -> dict[str, Task]:
    """Key of an instance → the task, from the options by key that a recipe has.

    Raises:
        UserError: an instance asks a kind of prompt that its task does not have.
    """
    classes = task_classes()
    for key, one in options.items():
        known = classes[one.type].kinds()
        for kind in one.kinds or ():
            if kind not in known:
                told = nearest(kind, list(known), "known are") if known else f"{one.type} has one kind, without a name"
                raise UserError(f"tasks.{key}.kinds names {kind!r}: {told}.")
    return {key: classes[one.type](one, key) for key, one in options.items()}


def default_tasks() -> list[Task]:
    """Every task there is, with its defaults."""
    return [task(task.options_type(type=name)) for name, task in task_classes().items()]
