"""The page on every record is what their docstrings say, with examples that are records."""

import re
from pathlib import Path

import pytest

from astor.run.page import MODELS, find_examples, render_page

PAGE = Path(__file__).parents[2] / "docs" / "records.md"
EXAMPLE = re.compile(r"```json\n(.*?)\n```", re.DOTALL)
WITHOUT = {"Trajectory", "Collection"}
"""Records that no run of the miniature has."""


@pytest.fixture(scope="module")
def examples() -> dict[str, str]:
    sections = (section.partition("`\n") for section in PAGE.read_text().split("\n## `")[1:])
    return {name: found[1] for name, _, text in sections if (found := EXAMPLE.search(text))}


def test_the_page_is_what_the_docstrings_say(examples: dict[str, str]) -> None:
    again = "run: astor schema --records STORE > docs/records.md"
    assert PAGE.read_text() == render_page(examples) + "\n", again


def test_every_record_has_an_example_that_is_one(examples: dict[str, str]) -> None:
    models = {model.__name__: model for model in MODELS}
    assert set(examples) == set(models) - WITHOUT
    for name, example in examples.items():
        models[name].model_validate_json(example)


def test_every_field_of_every_record_has_a_docstring() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("- **`")]
    silent = [line for line in lines if line.endswith(".") and re.search(r"(required|default `[^`]*`)\.$", line)]
    assert [line for line in silent if "**`kind`**" not in line] == []


def test_links_lead_to_headings() -> None:
    page = PAGE.read_text()
    titles = [line.lstrip("# ") for line in page.splitlines() if line.startswith("##")]
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert len(anchors) == len(titles)
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) == anchors


def test_examples_are_of_what_lies_in_a_store(tmp_path: Path) -> None:
    assert find_examples(tmp_path) == {}
