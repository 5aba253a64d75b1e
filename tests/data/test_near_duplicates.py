from itertools import combinations
from random import Random

from astor.data.near_duplicates import NearDuplicates
from astor.records import Function, Item


def item(words: list[str]) -> Item:
    return Item(
        id="i", content=Function(entry="f", source=" ".join(words)), source="s", licence="MIT", structural_hash="0"
    )


def text(random: Random, length: int = 120) -> list[str]:
    return [f"w{random.randrange(10_000)}" for _ in range(length)]


def test_one_changed_word_is_a_duplicate_and_another_text_is_none() -> None:
    first = text(Random(0))
    known = NearDuplicates(0.8)
    assert known.admit([item(first), item([*first[:60], "x", *first[61:]]), item(text(Random(1)))]) == [
        True,
        False,
        True,
    ]
    assert known.admit([item(first)]) == [False], "in later calls too"


def test_signs_count() -> None:
    known = NearDuplicates(0.8)
    assert known.admit([item(["x + y"]), item(["x - y"])]) == [True, True]


def test_what_was_refused_is_not_remembered() -> None:
    first = text(Random(2))
    second = [*first[:8], "x", *first[9:]]
    third = [*second[:100], "y", "y", "y", *second[110:]]
    known = NearDuplicates(0.9)
    assert known.admit([item(first), item(second)]) == [True, False]
    assert known.admit([item(third)]) == [True]


def test_a_hundred_different_texts_stay_and_their_copies_go() -> None:
    random = Random(3)
    originals = [text(random) for _ in range(100)]
    assert all(set(a) != set(b) for a, b in combinations(originals, 2))
    copies = [[*original[:50], "x", *original[51:]] for original in originals]
    known = NearDuplicates(0.8)
    assert all(known.admit([item(original) for original in originals]))
    assert not any(known.admit([item(copy) for copy in copies]))
