"""Fenced blocks are those of CommonMark, as markdown-it finds them, and a few more that models write."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from astor.sandbox.inside.fences import fenced_blocks

MARKDOWN = MarkdownIt("commonmark").disable(["html_block", "reference"])
FENCES = ("```", "````", "~~~", "~~~~", "`", "```\n", "```python\n")
PIECES = (
    *FENCES,
    "python",
    "Py title=1",
    "x",
    ">",
    "> ",
    "1.",
    "-",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
)


def found(text: str) -> list[tuple[str, str]]:
    return [(" ".join(block.info.split()), block.content) for block in fenced_blocks(text)]


def found_by_markdown_it(text: str) -> list[tuple[str, str]]:
    tokens = MARKDOWN.parse(text)
    return [(" ".join(token.info.split()), token.content) for token in tokens if token.type == "fence"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_blocks_outside_lists_are_those_of_commonmark(text: str) -> None:
    assume(not re.search(r"(-|1\.)([ \t\r\n]|$)", text))
    # markdown-it goes on with a quotation whose sign is indented by four columns.
    assume(not re.search(r"(    |\t) *>", text))
    assert found(text + "\n") == found_by_markdown_it(text + "\n")


def fenced(lines: list[str], fence: str, info: str, columns: int) -> list[str]:
    return [" " * columns + line if line else "" for line in (fence + info, *lines, fence)]


def in_item(lines: list[str], marker: str) -> list[str]:
    return [marker + lines[0], *(" " * len(marker) + line if line else "" for line in lines[1:])]


def one_after_the_other(parts: list[list[str]]) -> list[str]:
    return [line for part in parts for line in (*part, "")][:-1]


CODE = st.lists(st.sampled_from(["x = 1", "", "    y", "```", "~~~~", "\tz", "> a", "- b", "  ```"]), max_size=4)
LEAVES = st.sampled_from([["text"], ["**Bold**, and", "more"]]) | st.builds(
    fenced, CODE, st.sampled_from(["`````", "~~~~~"]), st.sampled_from(["", "python", " Py 1"]), st.integers(0, 3)
)


def nested(parts: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    several = st.lists(parts, min_size=1, max_size=3).map(one_after_the_other)
    markers = st.sampled_from(["- ", "* ", "1. ", "10) ", "-   ", "  - "])
    return several.map(lambda lines: [f"> {line}" for line in lines]) | st.builds(in_item, several, markers)


@given(st.lists(st.recursive(LEAVES, nested, max_leaves=6), max_size=3).map(one_after_the_other))
def test_blocks_in_lists_and_quotations_are_those_of_commonmark(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    assert found(text) == found_by_markdown_it(text)


@pytest.mark.parametrize(
    "text",
    [
        "<answer>\n```python\nx = 1\n```\n</answer>",
        "1. So:\n   ```python\nx = 1\n   ```",
        "1. ```python\nx = 1\n```",
        "- So:\n\n  ```python\nx = 1\n```\nDone.",
    ],
    ids=["after a line of HTML", "at the margin", "beside its number", "at the margin to the end"],
)
def test_blocks_are_found_where_models_write_them(text: str) -> None:
    assert found(text) == [("python", "x = 1\n")]


def test_a_block_knows_where_it_stands_and_whether_it_is_closed() -> None:
    text = "a\r\n```\r\nb\r\n```\r\nc\r\n> ~~~\r\n> d\r\n\r\n```\r\ne"
    blocks = fenced_blocks(text)
    assert [text[block.start : block.end] for block in blocks] == [
        "```\r\nb\r\n```\r\n",
        "> ~~~\r\n> d\r\n",
        "```\r\ne",
    ]
    assert [(block.content, block.is_closed) for block in blocks] == [("b\n", True), ("d\n", False), ("e\n", False)]


def test_other_separators_of_lines_are_part_of_a_line() -> None:
    assert found("```\nx = '\x0b\x0c\x1c\x85\u2028'\n```") == [("", "x = '\x0b\x0c\x1c\x85\u2028'\n")]


@pytest.mark.parametrize(
    "piece", [">", "- ", "1. ", "> - ", "```\n", "`", "~~~\n```\n", "\r", "\t-", "- " * 20 + "```\n" + "\t\n" * 500]
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    """A text that is a hundred times as long as an answer may be is read in the test's time."""
    fenced_blocks((piece * (1_000_000 // len(piece)))[:1_000_000])
