from pathlib import Path

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


def install(directory: Path, name: str) -> None:
    """What pip would leave of a package that offers a task."""
    (directory / f"their_task_{name}.py").write_text(PLUGIN.replace("NAME", name))
    info = directory / "their_tasks-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-tasks\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[astor.tasks]\ntheirs = their_task_{name}:tasks\n")


def test_our_tasks_have_their_names() -> None:
    classes = task_classes()
    assert set(classes) == {"io_prediction", "code_generation", "unit_tests", "commit_message", "multi_turn_code"}
    for name, task in classes.items():
        assert task.name == name == task.options_type.model_fields["type"].default == task(task.options_type()).key


def test_tasks_of_other_packages_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "mine")
    monkeypatch.syspath_prepend(tmp_path)
    assert task_classes()["mine"].name == "mine"


def test_a_name_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "unit_tests")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match="'unit_tests', which is taken"):
        task_classes()
