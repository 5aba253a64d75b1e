from ast import literal_eval
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from multiprocessing import active_children

import pytest

from astor.data.drawn import STRETCH
from astor.data.procedural import RAISED, ProceduralOptions, ProceduralSource, call, load
from astor.data.splits import SplitOptions
from astor.data.structure import structural_hash
from astor.records import Commit, Function, Item, Split

QUICKSTART = SplitOptions(warm_start_depth=1)
EVERYTHING = ProceduralOptions(
    families=("arithmetic", "lists", "strings", "loops", "dicts"), depths=dict.fromkeys(range(1, 7), 1.0)
)


def take(options: ProceduralOptions, count: int) -> list[Item]:
    return list(islice(ProceduralSource(options, QUICKSTART).items(), count))


def functions(items: list[Item]) -> Iterator[tuple[Item, Function]]:
    return ((item, item.content) for item in items if isinstance(item.content, Function))


def both_functions(commit: Commit) -> tuple[str, str]:
    """The old and the new function, which the diff holds in full."""
    lines = [line for line in commit.diff.split("\n") if not line.startswith(("--- ", "+++ ", "@@"))]
    old = "\n".join(line[1:] for line in lines if line[0] in " -")
    return old, "\n".join(line[1:] for line in lines if line[0] in " +")


def test_an_item_depends_on_seed_and_index_alone() -> None:
    source = ProceduralSource(ProceduralOptions(seed=3), QUICKSTART)
    assert take(ProceduralOptions(seed=3), 20) == [source.item(index) for index in range(20)]
    assert source.item(7) != ProceduralSource(ProceduralOptions(seed=4), QUICKSTART).item(7)
    assert len({item.id for item in take(ProceduralOptions(), 500)}) == 500


def test_two_processes_draw_the_same_items_and_end_with_the_reading() -> None:
    source = ProceduralSource(EVERYTHING, QUICKSTART)
    drawn = source.items_by(2)
    assert list(islice(drawn, 3 * STRETCH)) == take(EVERYTHING, 3 * STRETCH)
    assert len(active_children()) == 2
    drawn.close()
    assert not active_children()


@pytest.mark.parametrize("options", [ProceduralOptions(), EVERYTHING], ids=["quickstart", "everything"])
def test_calls_are_distinct_and_true(options: ProceduralOptions) -> None:
    for _, function in functions(take(options, 400)):
        for known in function.calls:
            (argument,) = literal_eval(known.arguments)
            result = load(function.source)(argument)
            assert repr(result) == known.returns
            assert type(result).__name__ == function.result_type
            assert type(argument).__name__ == function.argument_type
        assert len({call.arguments for call in function.calls}) == len(function.calls) == 12
        assert len({call.returns for call in function.calls[:8]}) > 1, "a constant function teaches nothing"


def test_mutants_differ_on_some_of_the_first_calls() -> None:
    for _, function in functions(take(EVERYTHING, 300)):
        arguments = [literal_eval(known.arguments)[0] for known in function.calls[:8]]
        expected = [known.returns for known in function.calls[:8]]
        for mutant in function.mutants:
            results = [call(load(mutant), argument) for argument in arguments]
            assert [repr(result) for result in results] != expected
            assert any(result is not RAISED for result in results)


def test_the_quickstart_grammar_is_short() -> None:
    for item, function in functions(take(ProceduralOptions(), 500)):
        assert item.difficulty in (1, 2)
        assert len(function.source.split("\n")) == item.difficulty + 1
        assert function.argument_type in ("int", "list")
        assert len(function.description.split(", then ")) == item.difficulty


def test_longer_functions_use_every_family() -> None:
    sources = "\n".join(function.source for _, function in functions(take(EVERYTHING, 400)))
    for sign in ("for v in a:", "s[::-1]", "d.items()", "x * 2", "a[:2]"):
        assert sign in sources


def test_commits_say_what_they_change() -> None:
    commits = [item.content for item in take(ProceduralOptions(commit_share=1.0), 300)]
    for commit in commits:
        assert isinstance(commit, Commit)
        kind, _, words = commit.message.partition(" f: ")
        added = [line for line in commit.diff.split("\n") if line.startswith("+") and not line.startswith("+++ ")]
        removed = [line for line in commit.diff.split("\n") if line.startswith("-") and not line.startswith("--- ")]
        match kind:
            case "change":
                assert " instead of " in words
                assert len(added) == len(removed)
            case "extend":
                assert words.startswith("also ")
                assert len(added) == len(removed) + 1
            case "simplify":
                assert words.startswith("no longer ")
                assert len(added) == len(removed) - 1
            case _:
                pytest.fail(commit.message)


@pytest.mark.parametrize("depths", [{1: 4.0, 2: 5.0}, {2: 1.0, 5: 1.0}])
def test_no_two_splits_share_a_function(depths: dict[int, float]) -> None:
    """Thousands of items of several seeds, commits with the function before and after."""
    seen: dict[str, set[Split]] = defaultdict(set)
    for seed in range(2):
        source = ProceduralSource(ProceduralOptions(seed=seed, depths=depths), QUICKSTART)
        for item in islice(source.items(), 1500):
            content = item.content
            sources = (content.source,) if isinstance(content, Function) else both_functions(content)
            for text in sources:
                seen[structural_hash(text)].add(source.split_of(item))
    assert len(seen) > 1000
    assert {split for splits in seen.values() for split in splits} == set(Split)
    assert [digest for digest, splits in seen.items() if len(splits) > 1] == []


def test_easy_functions_are_for_the_warm_start_alone_in_commits_too() -> None:
    source = ProceduralSource(ProceduralOptions(), QUICKSTART)
    for item in islice(source.items(), 2000):
        if isinstance(item.content, Commit) and source.split_of(item) is not Split.WARM_START:
            assert all(text.count("\n") >= 2 for text in both_functions(item.content))
