import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.tokenize import tokenize

from astor.tasks.words import alphanumeric_words, length_in_words, set_apart, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix foo_bar's URL", ["fix", "foo_bar", "s", "url"]),
        ("Исправить ошибку", ["исправить", "ошибку"]),
        ("修复 v2 的错误", ["修", "复", "v2", "的", "错", "误"]),
        ("データを読む", ["デ", "ー", "タ", "を", "読", "む"]),
        ("버그 수정", ["버그", "수정"]),
        ("त्रुटि ठीक करें", ["त्रुटि", "ठीक", "करें"]),
        ("แก้ไข", ["แ", "ก้", "ไ", "ข"]),
        ("✨ Add", ["add"]),
        ("✨ 🎉", ["✨", "🎉"]),
        ("!", ["!"]),
        (" ", []),
    ],
)
def test_words_of_a_text(text, expected) -> None:
    assert words(text) == expected


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_are_those_that_everybody_reads(text: str) -> None:
    assert set_apart(text) == text
    if re.search("[a-zA-Z0-9]", text):
        assert words(text) == re.findall(r"\w+", text.lower())
        assert alphanumeric_words(text) == tokenize(text, None)


@given(st.text())
def test_setting_characters_apart_changes_nothing_but_spaces(text: str) -> None:
    assert "".join(set_apart(text).split()) == "".join(text.split())


def test_two_characters_are_about_a_word() -> None:
    assert length_in_words("修复 v2 的错误") == 3.5
