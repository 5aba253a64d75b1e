"""What a policy was trained on, as it stands beside its weights."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Prompt, Split
from astor.storage import digest_directory
from astor.tasks.catalogue import make_tasks, task_classes
from astor.tasks.framing import Framing
from astor.tasks.natural_inputs import IORequest
from astor.tasks.task import Task
from astor.tasks.trained import FILE, doors_of, find_doors, write_trained

ASKED = IORequest(source="def f(x):\n    return x + 1", value="5")


def tasks_with(**options: object) -> dict[str, Task]:
    types = {"io": "io_prediction", "over_turns": "multi_turn_code"}
    given = {"io": options, "over_turns": {}}
    return make_tasks({key: task_classes()[name].options_type(**given[key], type=name) for key, name in types.items()})


def prompts_of(tasks: Mapping[str, Task]) -> list[Prompt]:
    framing = Framing(tasks["io"])
    items = islice(ProceduralSource(ProceduralOptions(commit_share=0), SplitOptions()).items(), 10)
    examples = [each for item in items for each in tasks["io"].examples(item, Split.TRAIN) if not framing.keeps(each)]
    return [framing.prompt(each.prompt, each.reference.kind) for each in examples]


@pytest.mark.parametrize("prefill", ["", "5"])
def test_doors_show_what_prompts_showed(tmp_path: Path, prefill: str) -> None:
    tasks = tasks_with(few_shot=1, prefill=prefill, max_tokens=7)
    prompts = prompts_of(tasks_with(few_shot=1))
    if prefill:
        framed = [prompt.messages for prompt in prompts]
        begun = tasks_with(prefill=prefill)["io"]
        prompts = [
            prompt.model_copy(
                update={
                    "messages": (
                        *messages[:2],
                        *Framing(begun).prompt(prompt.model_copy(update={"messages": messages[2:]}), "").messages,
                    )
                }
            )
            for prompt, messages in zip(prompts, framed, strict=True)
        ]
    write_trained(tmp_path, tasks, prompts)
    doors = find_doors(tmp_path)
    assert doors.keys() == {"io"}
    assert doors["io"].task.options == tasks["io"].options
    asked = next(prompt for prompt in prompts if prompt.id.startswith("io/input/"))
    assert doors["io"].messages(ASKED)[:2] == asked.messages[:2]
    assert len(doors["io"].messages(ASKED)) == len(asked.messages)


def test_it_is_no_part_of_the_policys_digest(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = digest_directory(tmp_path)
    write_trained(tmp_path, tasks_with(), [])
    assert digest_directory(tmp_path) == before


def test_a_directory_that_does_not_say_has_no_doors(tmp_path: Path) -> None:
    assert find_doors(tmp_path) == {}


def test_tasks_of_packages_that_are_not_here_are_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"tasks": [{"key": "theirs", "type": "theirs", "options": {"a": 1}}]}')
    assert find_doors(tmp_path) == {}


def test_options_of_another_version_are_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"tasks": [{"key": "io", "type": "io_prediction", "options": {"levels": 3}}]}')
    with pytest.raises(UserError, match=r"tasks.json .* serve with --tasks RECIPE, or remove it"):
        find_doors(tmp_path)


def test_a_recipe_opens_its_tasks_unless_their_prompts_show_others() -> None:
    options = {key: task.options for key, task in tasks_with().items()}
    assert doors_of(options)["io"].messages(ASKED)[0].content.endswith("f(?) == 5")
    options = {key: task.options for key, task in tasks_with(few_shot=2).items()}
    with pytest.raises(UserError, match=r"tasks.io.few_shot is 2, and which questions prompts show is kept"):
        doors_of(options)
