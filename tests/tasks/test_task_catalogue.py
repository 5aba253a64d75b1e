from collections.abc import Callable

import pytest

from astor.errors import UserError
from astor.tasks.catalogue import task_classes

PLUGIN = """
from astor.tasks.commit_message import CommitMessage


class Mine(CommitMessage):
    name = "NAME"


def tasks():
    return {"NAME": Mine}
"""


def test_our_tasks_have_their_names() -> None:
    classes = task_classes()
    assert set(classes) == {"io_prediction", "code_generation", "unit_tests", "commit_message", "multi_turn_code"}
    for name, task in classes.items():
        assert task.name == name == task.options_type.model_fields["type"].default == task(task.options_type()).key


def test_tasks_of_other_packages_are_found(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.tasks", PLUGIN.replace("NAME", "mine"), "tasks")
    assert task_classes()["mine"].name == "mine"


def test_a_name_is_given_once(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.tasks", PLUGIN.replace("NAME", "unit_tests"), "tasks")
    with pytest.raises(UserError, match="'unit_tests', which is taken"):
        task_classes()
