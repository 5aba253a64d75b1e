"""Which tasks a policy was trained on: kept in `tasks.json` beside its weights, from where their doors are opened."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from astor.errors import UserError
from astor.records import Message, Prompt, TrainedTask, TrainedTasks, read_json, write_json
from astor.tasks.catalogue import make_tasks, task_classes
from astor.tasks.front_door import AskableTask, Door
from astor.tasks.prompting import prompt_id
from astor.tasks.task import Task, TaskOptions

FILE = "tasks.json"


def write_trained(directory: Path, tasks: Mapping[str, Task], prompts: Iterable[Prompt]) -> None:
    """Write into a policy's directory what its prompts were made by: `tasks` by key, and what the prompts show."""
    known = list(prompts)
    trained = [
        TrainedTask(key=key, type=task.name, options=task.options.model_dump(mode="json"), shown=_shown(task, known))
        for key, task in tasks.items()
    ]
    write_json(directory / FILE, TrainedTasks(tasks=tuple(trained)))


def _shown(task: Task, prompts: Iterable[Prompt]) -> dict[str, tuple[Message, ...]]:
    """What the first prompt of each kind shows before its question, which is one turn: all of a kind show the same."""
    shown: dict[str, tuple[Message, ...]] = {}
    if not task.options.few_shot or not isinstance(task, AskableTask):
        return shown
    after = 1 + bool(task.options.prefill)
    for prompt in prompts:
        for kind in task.kinds() or ("",):
            if prompt.task == task.key and prompt.id.startswith(prompt_id(task.key, kind, prompt.item_id)):
                shown.setdefault(kind, prompt.messages[:-after])
    return shown


def find_doors(directory: Path) -> dict[str, Door]:
    """Key → front door of each task that the policy in a directory was trained on and that is known here and has one;
    none where the directory does not say.

    Raises:
        UserError: what the directory says cannot be read.
    """
    path = directory / FILE
    if not path.is_file():
        return {}
    classes = task_classes()
    try:
        trained = [one for one in read_json(path, TrainedTasks).tasks if one.type in classes]
        tasks = make_tasks({one.key: classes[one.type].options_type.model_validate(one.options) for one in trained})
    except ValidationError as error:
        raise UserError(
            f"{path} says of no tasks that this version knows what they are: serve with --tasks RECIPE, or remove it."
        ) from error
    shown = {one.key: one.shown for one in trained}
    return {key: Door(task, shown[key]) for key, task in tasks.items() if isinstance(task, AskableTask)}


def doors_of(options: Mapping[str, TaskOptions]) -> dict[str, Door]:
    """Key → front door of each task that has one, from the options by key that a recipe has.

    Raises:
        UserError: prompts of a task show answered questions, which a recipe does not hold.
    """
    doors = {key: Door(task, {}) for key, task in make_tasks(options).items() if isinstance(task, AskableTask)}
    for key, door in doors.items():
        if door.task.options.few_shot:
            raise UserError(
                f"tasks.{key}.few_shot is {door.task.options.few_shot}, and which questions prompts show is kept with "
                "promoted policies alone: serve one of those without --tasks, or name a recipe without few_shot."
            )
    return doors
