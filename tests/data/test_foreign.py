"""Lists that came through a table are lists again, or refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from astor.data.foreign import ForeignRecord, Texts


class Record(ForeignRecord):
    name: str = "nobody"
    tests: Texts = ["none"]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ('["a", "b\\n"]', ["a", "b\n"]),
        ("['a', \"b\"]", ["a", "b"]),
        ("", []),
        (["a"], ["a"]),
        ("['''a\nb''']", ["a\nb"]),
    ],
)
def test_a_list_may_stand_in_a_text(text: object, texts: list[str]) -> None:
    assert TypeAdapter(Texts).validate_python(text) == texts


@pytest.mark.parametrize("text", ["['a' 'b']", "['a'\n 'b']", "a, b", "[a]", '{"a": 1}', "[1]", "("])
def test_what_is_no_list_of_texts_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Texts).validate_python(text)


def test_null_is_not_there() -> None:
    assert Record.model_validate({"name": None, "tests": None, "other": 1}) == Record()
