"""When what a program wrote is what was expected."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.sandbox import same_output

HOW = ("exact", "whitespace", "float")

words = st.sampled_from(["1", "-1", "1.0", "1.0000001", "1e0", "2", "a", "nan", "é", "1" * 30, ".5", "+1"])
outputs = st.lists(st.one_of(words, st.sampled_from([" ", "\t", "\n", "\n\n", " \r\n", "  "])), max_size=8).map("".join)
texts = outputs | st.text(max_size=20)
blanks = st.text(" \t\r\f\v", max_size=3)


@given(texts)
def test_every_output_is_the_same_as_itself(output):
    assert all(same_output(output, output, how) for how in HOW)


@given(texts, texts)
def test_it_is_symmetric_and_each_way_takes_what_the_stricter_takes(left, right):
    same = [same_output(left, right, how) for how in HOW]
    assert same == [same_output(right, left, how) for how in HOW]
    assert same == sorted(same)
    assert same[0] == (left == right)


@given(outputs, outputs, outputs)
def test_whitespace_is_transitive(one, two, three):
    if same_output(one, two, "whitespace") and same_output(two, three, "whitespace"):
        assert same_output(one, three, "whitespace")


@given(st.lists(st.tuples(texts.map(lambda text: "".join(text.split())), blanks), min_size=1), st.text(" \r\n"))
def test_blanks_at_the_end_do_not_count(lines, end):
    bare = "\n".join(line for line, _ in lines)
    padded = "\n".join(line + blank for line, blank in lines) + end
    assert same_output(bare, padded, "whitespace")
    assert same_output(bare, padded, "float")


@given(st.lists(st.lists(words, min_size=1)), st.sampled_from([" ", "\t", "   ", " \t "]))
def test_any_run_of_blanks_separates(lines, separator):
    narrow = "\n".join(" ".join(line) for line in lines)
    assert same_output(narrow, "\n".join(separator.join(line) for line in lines), "whitespace")


@given(st.lists(words, min_size=2))
def test_a_line_break_is_no_blank(line):
    assert not same_output(" ".join(line), "\n".join(line), "float")


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e-7, 1e-7))
def test_numbers_are_the_same_within_the_tolerance(number, change):
    near = number * (1 + change)
    if abs(near) < float("inf"):
        assert same_output(f"x {number!r} y", f"x {near!r} y", "float")
    assert not same_output(repr(number), repr(number + max(1e-5, abs(number) * 1e-5)), "float")


@given(st.integers(), st.integers())
def test_whole_numbers_are_exact(left, right):
    assert same_output(str(left), str(right), "float") == (left == right)


@pytest.mark.parametrize(
    ("left", "right", "how"),
    [
        ("", "", "exact"),
        ("", "\n", "whitespace"),
        ("", " \n\t\n", "whitespace"),
        ("a\nb", "a \r\nb\r\n\n", "whitespace"),
        ("a  b", "a\tb", "whitespace"),
        (" a", "\ta", "whitespace"),
        ("0.1", "0.10000000001", "float"),
        ("1", "1.0", "float"),
        ("1", "+1", "float"),
        ("7", "007", "float"),
        ("1000000", "1e6", "float"),
        ("0", "-0.0", "float"),
        ("1e-10", "0", "float"),
        (".5 5.", "0.5 5", "float"),
        ("Case 1: 0.333333", "Case 1: 0.33333333", "float"),
        ("9" * 500, "9" * 500, "float"),
        ("nan inf", "nan inf", "float"),
    ],
)
def test_these_are_the_same(left, right, how):
    assert same_output(left, right, how)


@pytest.mark.parametrize(
    ("left", "right", "how"),
    [
        ("a", "a\n", "exact"),
        ("a", "A", "whitespace"),
        ("a\n\nb", "a\nb", "whitespace"),
        ("\na", "a", "whitespace"),
        (" a", "a", "whitespace"),
        ("ab", "a b", "whitespace"),
        ("a\u00a0b", "a b", "whitespace"),
        ("a\u3000", "a", "whitespace"),
        ("1", "1.0", "whitespace"),
        ("1 2", "1 2 2", "float"),
        ("1 2", "1\n2", "float"),
        ("1\n2", "1\n2\n3", "float"),
        ("1000000007", "1000000008", "float"),
        ("1.0", "1.00001", "float"),
        ("1.5", "1.5x", "float"),
        ("1e999", "2e999", "float"),
        ("9" * 399 + "1", "9" * 399 + "2", "float"),
        ("9" * 500, "9" * 499 + "8", "float"),
        ("9" * 399, "1.5", "float"),
        ("nan", "NaN", "float"),
        ("inf", "1e999", "float"),
        ("0x10", "16", "float"),
        ("1_000", "1000", "float"),
        ("\u0661", "1", "float"),
        ("True", "1", "float"),
    ],
)
def test_these_differ(left, right, how):
    assert not same_output(left, right, how)
    assert not same_output(right, left, how)


def test_megabytes_are_compared_in_no_time():
    numbers = "".join(f"{number / 7}  " for number in range(200_000))
    assert same_output(numbers, numbers.replace("  ", " "), "float")
    assert not same_output(" " * 1_000_000 + "x", " " * 1_000_000 + "y", "float")
    assert same_output("\n \r" * 1_000_000, "", "whitespace")


@pytest.mark.parametrize(
    ("written", "expected", "same"),
    [
        ("0.3333333333", "0.333333", True),
        ("0.0006666", "0.000667", True),
        ("1.0", "1", True),
        ("1e-1", "0.1", True),
        ("0.333331", "0.333333", False),
        ("1000000.5", "1000001", True),
        ("1000002.5", "1000001", False),
        ("2", "1", False),
    ],
)
def test_a_number_may_differ_by_a_millionth_absolute_or_relative(written, expected, same):
    assert same_output(written, expected, "float") == same


def test_what_is_written_in_excess_takes_no_time():
    started = time.process_time()
    assert not same_output("a  \n" * 4_000_000, "b", "float")
    assert not same_output("1.0 " * 4_000_000, "1 2", "float")
    assert time.process_time() - started < 1
