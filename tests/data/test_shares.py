"""Shares are the usual ones where there is enough, and others where a split would be left without."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from astor.data.shares import count_by_split, fitting_shares
from astor.data.splits import SplitOptions
from astor.records import Split
from astor.storage import digest_bytes


def classes(kind: str, numbers: range) -> dict[str, set[str]]:
    return {kind: {digest_bytes(f"{kind} {number}".encode()) for number in numbers}}


def test_with_enough_of_each_kind_they_are_the_usual_ones() -> None:
    assert fitting_shares(classes("function", range(300)) | classes("commit", range(300))) == SplitOptions()
    assert fitting_shares({}) == SplitOptions()


def test_a_dozen_functions_and_ten_files_reach_every_split() -> None:
    few = classes("function", range(60, 72)) | classes("commit", range(10))
    usual = count_by_split(few, SplitOptions())
    assert not all(usual[place] for place in product(few, Split)), "else the example shows nothing"
    assert all(count_by_split(few, fitting_shares(few))[place] for place in product(few, Split))


@settings(max_examples=25)
@given(st.sets(st.integers(0, 1000), max_size=12))
def test_no_class_is_lost_and_no_split_is_worse_off_for_it(numbers: set[int]) -> None:
    few = {"function": {digest_bytes(str(number).encode()) for number in numbers}}
    usual, fitting = (count_by_split(few, options) for options in (SplitOptions(), fitting_shares(few)))
    assert fitting.total() == len(numbers)
    assert len(+fitting) >= len(+usual)
