"""Functions whose description leaves a constant open, and conversations in which a test told it."""

from itertools import islice

import pytest

from astor.data.calls import arguments_of, result_of
from astor.data.procedural import load
from astor.data.splits import SplitOptions
from astor.data.turns import PASSED
from astor.data.underspecified import UnderspecifiedOptions, UnderspecifiedSource
from astor.records import Conversation, Function, Split

SPLITS = SplitOptions(warm_start=0.5, train=0.3, held_out=0.1, promotion=0.1)


@pytest.fixture(scope="module")
def items():
    return list(islice(UnderspecifiedSource(UnderspecifiedOptions(), SPLITS).items(), 600))


def test_the_same_items_every_time(items) -> None:
    assert list(islice(UnderspecifiedSource(UnderspecifiedOptions(), SPLITS).items(), 50)) == items[:50]
    assert len({item.id for item in items}) == len(items)


def test_calls_are_those_of_the_source(items) -> None:
    for function in (item.content for item in items if isinstance(item.content, Function)):
        assert all(load(function.source)(*arguments_of(call)) == result_of(call) for call in function.calls)


def test_about_the_wanted_share_is_open(items) -> None:
    functions = [item.content for item in items if isinstance(item.content, Function)]
    assert 0.6 < sum("some" in function.description for function in functions) / len(functions) < 0.8


def test_functions_that_differ_in_the_open_constant_share_a_split() -> None:
    source = UnderspecifiedSource(UnderspecifiedOptions(open_share=1), SPLITS)
    by_description: dict[tuple[str, str], set[str]] = {}
    several = 0
    for item in islice(source.items(), 3000):
        if isinstance(item.content, Function):
            key = item.content.description, item.content.argument_type
            by_description.setdefault(key, set()).add(item.structural_hash)
            several += 1
    assert all(len(hashes) == 1 for hashes in by_description.values())
    assert several > len(by_description)


def test_only_the_warm_start_has_conversations_and_they_end_in_feedback(items) -> None:
    source = UnderspecifiedSource(UnderspecifiedOptions(), SPLITS)
    begun = [item for item in items if isinstance(item.content, Conversation)]
    assert len(begun) > 50
    for item in begun:
        assert source.split_of(item) is Split.WARM_START
        *_, answer, feedback = item.content.said
        assert feedback.content == PASSED or " not " in feedback.content
        assert (item.content.problem.source in answer.content) == (feedback.content == PASSED)
