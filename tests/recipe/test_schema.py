"""Every key of a recipe says what it is; the page and the JSON Schema are made of that."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from astor.recipe.page import Page
from astor.recipe.schema import recipe_schema

PAGE = Path(__file__).parents[2] / "docs" / "recipe.md"
THEIR_SCHEDULER = '''
from typing import Literal
from astor.coordination.scheduler import SchedulerOptions
from astor.coordination.schedulers.uniform import UniformScheduler

class MineOptions(SchedulerOptions):
    """Options of another package."""

    type: Literal["mine"] = "mine"
    boldness: float = 0.5
    """How bold it is."""

class Mine(UniformScheduler):
    options_type = MineOptions

def offered():
    return {"mine": Mine}
'''


def models(schema: Any) -> Iterator[dict[str, Any]]:
    """Every option model in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "title" in schema:
            yield schema
        for value in schema.values():
            yield from models(value)
    if isinstance(schema, list):
        for value in schema:
            yield from models(value)


def holds_models(value: Any) -> bool:
    """Whether a key has keys of its own, whose model speaks for it."""
    return '"$ref"' in json.dumps(value) or any(models(value))


def test_every_option_and_every_option_model_has_a_docstring() -> None:
    silent = set()
    for model in models(recipe_schema()):
        if not model.get("description"):
            silent.add(model["title"])
        for key, value in model["properties"].items():
            if not (value.get("description") or holds_models(value) or (key == "type" and "const" in value)):
                silent.add(f"{model['title']}.{key}")
    assert not silent, f"write a docstring under each of {sorted(silent)}"


def test_the_page_on_recipes_is_what_the_options_say() -> None:
    assert PAGE.read_text() == Page(recipe_schema()).render() + "\n", "run: astor schema > docs/recipe.md"


def test_links_of_the_page_lead_to_its_headings() -> None:
    reference = Page(recipe_schema())
    page = reference.render()
    anchors = [section.anchor for section in reference.sections.values()]
    assert len(set(anchors)) == len(anchors)
    assert {link.partition(")")[0] for link in page.split("](")[1:]} == set(anchors)


def test_options_of_another_package_are_among_them(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.schedulers", THEIR_SCHEDULER, "offered")
    page = Page(recipe_schema()).render()
    assert "## `scheduler` (`mine`)\n\nOptions of another package.\n" in page
    assert "- **`boldness`**: number, default `0.5`. How bold it is." in page


def test_a_choice_requires_its_type_unless_it_is_the_default() -> None:
    keys = recipe_schema()["properties"]
    local, pool = keys["sandbox"]["oneOf"]
    assert "type" not in local.get("required", ())
    assert "type" in pool["required"]


def test_a_task_needs_no_type_and_may_be_null() -> None:
    *tasks, nothing = recipe_schema()["properties"]["tasks"]["additionalProperties"]["anyOf"]
    assert nothing == {"type": "null"}
    assert all("type" not in task.get("required", ()) for task in tasks)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_the_command_prints_it_without_torch(arguments: list[str]) -> None:
    program = (
        "import sys; from astor.cli.main import app; app(sys.argv[1:], standalone_mode=False); "
        "assert not {'torch', 'transformers', 'mlflow', 'kfp'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", program, "schema", *arguments]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    if arguments:
        assert json.loads(printed) == recipe_schema()
    else:
        assert printed == PAGE.read_text()
