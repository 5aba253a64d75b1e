from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.data.splits import SplitOptions, count_classes, no_demonstration, no_prompt, require_classes
from astor.data.structure import structural_hash
from astor.errors import UserError
from astor.records import Commit, Function, Item, Split

HASHES = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
DEPTH_RULE = SplitOptions(warm_start_depth=1)


def test_classes_fall_into_splits_in_proportion() -> None:
    options = SplitOptions(warm_start=0.4, train=0.3, held_out=0.2, promotion=0.1)
    hashes = [structural_hash(f"def f(x):\n    return x + {number}") for number in range(4000)]
    counts = Counter(options.split(digest, 0) for digest in hashes)
    shares = [counts[split] / 4000 for split in Split]
    assert shares == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.03)


@given(HASHES)
def test_known_easy_items_belong_to_the_warm_start(digest: str) -> None:
    assert DEPTH_RULE.split(digest, 1) is Split.WARM_START
    assert DEPTH_RULE.split(digest, 2) is SplitOptions().split(digest, 2)
    assert DEPTH_RULE.split(digest, 0) is SplitOptions().split(digest, 0), "0 is unknown, not easy"


@given(HASHES, st.lists(st.integers(0, 5), min_size=4, max_size=4).filter(any))
def test_a_split_without_share_gets_nothing(digest: str, weights: list[int]) -> None:
    shares = [weight / sum(weights) for weight in weights]
    options = SplitOptions(warm_start=shares[0], train=shares[1], held_out=shares[2], promotion=shares[3])
    assert shares[list(Split).index(options.split(digest, 0))] > 0


def test_shares_must_sum_to_one() -> None:
    with pytest.raises(ValidationError, match=r"must sum to 1, not 1\.1"):
        SplitOptions(warm_start=0.5)


def test_classes_are_counted_and_too_few_are_refused() -> None:
    def item(digest: str) -> Item:
        function = Function(entry="f", source="def f(x):\n    return x")
        return Item(id=digest, content=function, source="s", licence="MIT", structural_hash=digest)

    pairs = [(Split.TRAIN, item("a")), (Split.TRAIN, item("a")), (Split.TRAIN, item("b")), (Split.HELD_OUT, item("c"))]
    found = count_classes(pairs)
    assert found[Split.TRAIN] == 2
    require_classes(found, {Split.TRAIN: 2, Split.HELD_OUT: 1})
    with pytest.raises(UserError, match="held_out has 1 functions of different structure and needs 2"):
        require_classes(found, {Split.TRAIN: 2, Split.HELD_OUT: 2})


def commit(repository: str, file: str) -> Item:
    content = Commit(diff="", message="", repository=repository)
    return Item(id=file, content=content, source="git", licence="MIT", structural_hash=structural_hash(f"'{file}'"))


def test_a_repository_is_not_divided_where_that_is_asked_for() -> None:
    items = [commit(f"r{number % 20}", f"{number}.py") for number in range(400)]

    def splits(options: SplitOptions) -> dict[str, set[Split]]:
        found: dict[str, set[Split]] = {}
        for item in items:
            assert isinstance(item.content, Commit)
            found.setdefault(item.content.repository, set()).add(options.split_of(item))
        return found

    assert all(len(found) > 1 for found in splits(SplitOptions()).values())
    whole = splits(SplitOptions(by="repository"))
    assert all(len(found) == 1 for found in whole.values())
    assert len(set.union(*whole.values())) > 1


def test_advice_for_a_task_without_prompts_tells_absent_items_from_a_split_that_none_fell_into() -> None:
    assert no_prompt("commit_message", Split.HELD_OUT, 0).endswith("items of its kind, or remove it from tasks.")
    told = no_prompt("hard", Split.TRAIN, 0, {"difficulties": (7, 8), "sources": ("grded",)})
    assert "no item is of tasks.hard.difficulties 7, 8 and tasks.hard.sources grded: widen them" in told
    told = no_prompt("commit_message", Split.HELD_OUT, 4)
    assert "they are of 4 functions or files" in told
    assert told.endswith("give more of them, or a larger data.splits.held_out.")


def test_advice_for_a_warm_start_tells_that_none_were_asked_for_from_that_none_fell_there() -> None:
    told = no_demonstration(["unit_tests", "commit_message"], {})
    assert "data.prompts.demonstrations asks for none" in told
    assert "{unit_tests: 200, commit_message: 200}" in told
    assert no_demonstration(["unit_tests"], {"unit_tests": 9}).endswith("or a larger data.splits.warm_start.")
