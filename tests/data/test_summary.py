"""A summary counts items and their lengths without keeping them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.summary import Spread, Summary
from astor.records import Commit, Item, Split


def item(message: str, name: str = "i") -> Item:
    content = Commit(diff="a\nb", message=message)
    return Item(id=name, content=content, source="s", licence="MIT", structural_hash="0" * 64, difficulty=2)


def test_items_are_counted_by_kind_and_split() -> None:
    summary = Summary()
    for number in range(5):
        summary.add(item("m", str(number)), Split.TRAIN if number else Split.HELD_OUT)
    assert summary.items == {("commit", Split.TRAIN): 4, ("commit", Split.HELD_OUT): 1}
    assert (summary.difficulties, summary.licences, summary.tests["commit"]) == ({2: 5}, {"MIT": 5}, 0)
    assert [found.id for found in summary.first["commit"]] == ["0", "1", "2"]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_lengths_are_those_of_a_sorted_list(lengths: list[int]) -> None:
    summary = Summary()
    for length in lengths:
        summary.add(item("x" * length), Split.TRAIN)
    ordered, count = sorted(lengths), len(lengths)
    spread = Spread(ordered[0], ordered[count // 2], ordered[count * 9 // 10], ordered[-1])
    assert dict(summary.lengths())["commit", "message", "characters"] == spread


@pytest.mark.parametrize("unit", ["characters", "lines"])
def test_both_units_are_there(unit: str) -> None:
    summary = Summary()
    summary.add(item("m"), Split.TRAIN)
    assert dict(summary.lengths())["commit", "diff", unit].largest == {"characters": 3, "lines": 2}[unit]
