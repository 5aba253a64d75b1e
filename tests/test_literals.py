"""Whole numbers of any size, in literals and by themselves."""

import ast
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.literals import DECIMAL_BITS, read_int, read_literal, write_int, write_literal

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.booleans() | st.integers() | st.text() | st.binary()
DATA = st.recursive(
    SCALARS | st.sets(KEYS, min_size=1),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
)


@pytest.mark.parametrize("digits", [1, 4000, 4001, 4300, 4301, 5000, 19728])
@pytest.mark.parametrize("sign", ["", "-"])
def test_ints_are_read_and_written_in_decimal(digits, sign):
    text = sign + "1" + "0" * (digits - 2) + "7" * (digits > 1)
    assert write_int(read_int(text)) == text
    assert write_literal([read_literal(text)]) == f"[{text}]"


def test_ints_that_would_be_long_to_write_are_hexadecimal():
    value = 1 << DECIMAL_BITS
    assert write_int(value) == hex(value)
    assert write_int(-value) == hex(-value)
    assert read_literal(write_literal({value: -value})) == {value: -value}


def test_a_million_digits_take_no_quadratic_time():
    started = time.process_time()
    value = read_int("7" * 1_000_000)
    assert (value - 7) % 10 == 0
    write_int(value)
    assert time.process_time() - started < 3


def test_the_limit_of_the_process_is_left_alone():
    before = sys.get_int_max_str_digits()
    write_int(read_int("7" * 10_000))
    assert sys.get_int_max_str_digits() == before


@pytest.mark.parametrize("text", ["[{0}, -{0}]", "({0},)", "{{'a': {{1: {0}}}}}", " {0}\n", "{0}_000"])
def test_long_ints_are_read_wherever_they_stand(text):
    number = "9" * 4000 + "1" * 1000
    short = read_literal(text.format(12345))
    assert type(read_literal(text.format(number))) is type(short)
    assert write_literal(read_literal(text.format(number))).replace(number, "12345") == write_literal(short)


def test_texts_of_long_digits_stay_texts():
    assert read_literal(repr(["7" * 5000, 3])) == ["7" * 5000, 3]
    assert read_literal(f"['{'7' * 5000}', {'7' * 5000}]")[1] == read_int("7" * 5000)


@pytest.mark.parametrize(
    "text", ["7" * 5000 + "x", "[" + "7" * 5000, "f(" + "7" * 5000 + ")", "'" + "7" * 5000, "7" * 5000 + " 1"]
)
def test_what_is_no_literal_is_refused_as_without_long_ints(text):
    with pytest.raises((ValueError, SyntaxError)):
        read_literal(text)


@given(DATA)
def test_what_is_written_is_read_again(value):
    assert read_literal(write_literal(value)) == value
    assert ast.literal_eval(write_literal(value)) == value


def test_sets_are_written_alike_in_every_process():
    assert write_literal({"b", "a", "c"}) == "{'a', 'b', 'c'}"
    assert write_literal({10, 9, "a", 8.5}) == "{8.5, 9, 10, 'a'}"
    assert write_literal((frozenset({2, 1}), frozenset(), set())) == "(frozenset({1, 2}), frozenset(), set())"
    assert write_literal((1,)) == "(1,)"
