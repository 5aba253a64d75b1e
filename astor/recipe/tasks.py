"""The tasks of a recipe: instances by key, each of the task that its `type` names."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny

from astor.choice import Choice, Schema, parse_options
from astor.evaluation.score import ALL
from astor.options import Options
from astor.tasks.catalogue import task_classes
from astor.tasks.task import TaskOptions


def _task_options() -> Mapping[str, type[TaskOptions]]:
    return {name: task.options_type for name, task in task_classes().items()}


def _parse_tasks(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    known = _task_options()
    return {key: _parse_task(key, options or {}, known) for key, options in value.items()}


def _parse_task(key: Any, value: Any, known: Mapping[str, type[TaskOptions]]) -> Options:
    """The options of the instance `key`, of the task that its `type` names, or the key itself where it has none."""
    if isinstance(value, Options):
        return value
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(key)) or key == ALL:
        raise ValueError(f"{key!r} is no key of a task: use letters, digits, _ and -, and not the word {ALL}")
    name = value.get("type", key) if isinstance(value, Mapping) else key
    return parse_options("task", name, value, known, place=str(key))


def _describe_tasks(field: Schema, models: dict[str, Schema]) -> Schema:
    # The key names the task where `type` is left out, so no model can require it.
    return field | {"additionalProperties": {"anyOf": [*models.values(), {"type": "null"}]}}


TasksOptions = Annotated[
    dict[str, SerializeAsAny[TaskOptions]],
    Field(min_length=1),
    Choice(_parse_tasks, _task_options, _describe_tasks),
]
