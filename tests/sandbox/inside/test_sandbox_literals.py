"""Literals are listed one by one, by what they are and whatever they stand in."""

from hypothesis import given
from hypothesis import strategies as st

from astor.sandbox.inside.literals import COMMONPLACE, list_literals, list_text_literals


def test_a_number_too_long_to_be_written_is_no_literal_of_a_test() -> None:
    assert list_literals(f"x = 0x{'f' * 5000}\ny = [41, 0x{'f' * 5000}]") == ["41"]


@given(st.text() | st.sampled_from(["(" * 9999, "-" * 9999 + "1", "[" * 150 + "]" * 150, "9" * 9999, "1\0"]))
def test_any_text_is_a_mark_of_itself(text: str) -> None:
    marks = list_text_literals(text)
    assert repr(text.strip()) in [*marks, *COMMONPLACE]


literals = st.recursive(
    st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=5,
)


@given(literals)
def test_a_program_is_known_by_any_result_that_it_holds(value: object) -> None:
    held = list_literals(f"result = {value!r}")
    assert bool(set(held) & set(list_text_literals(repr(value)))) == bool(held)
