from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from astor.data.calls import arguments_of
from astor.data.mbpp import MbppOptions, MbppSource
from astor.data.own_tests import FAILS, NO_TESTS, TIMES_OUT
from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.data.verification import KEPT, verify_items
from astor.data.verification_cache import VerificationCache
from astor.records import Call, Commit, Function, Item, Program, StdinTest
from astor.sandbox import CallsJob, Limits, Sandbox, SandboxOptions
from astor.sandbox.runner import JobRunner

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mbpp" / "mbpp.train.jsonl"
DOUBLE = "def f(x):\n    return x + x"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=2, limits=Limits(cpu_seconds=0.5, wall_seconds=5))) as sandbox:
        yield sandbox


def item(content: Function | Program | Commit) -> Item:
    return Item(id="i", content=content, source="s", licence="MIT", structural_hash="0" * 64)


def function(source: str = DOUBLE, returns: str = "4", **fields: object) -> Item:
    return item(Function(entry="f", source=source, calls=(Call(arguments="(2,)", returns=returns),), **fields))


def ran_by(sandbox: Sandbox) -> float:
    return sum(count for name, count in sandbox.metrics().items() if name.startswith("jobs_"))


def kept_of(items: Iterable[Item], sandbox: JobRunner) -> list[Item]:
    return [found.item for found in verify_items(items, sandbox) if not found.reason]


def test_mutants_that_no_call_tells_apart_or_that_do_not_end_go(sandbox: Sandbox) -> None:
    told_apart = "def f(x):\n    return x - x"
    same_for_two = "def f(x):\n    return x * x"
    hangs = "def f(x):\n    while True:\n        pass"
    raises = "def f(x):\n    return x / 0"
    (found,) = kept_of([function(mutants=(told_apart, same_for_two, hangs, raises))], sandbox)
    assert found.content.mutants == (told_apart,)


def test_of_mutants_that_do_the_same_one_stays(sandbox: Sandbox) -> None:
    (found,) = kept_of([function(mutants=("def f(x):\n    return 0", "def f(x):\n    return x - x"))], sandbox)
    assert len(found.content.mutants) == 1


def test_a_mutant_may_return_a_number_too_long_to_write(sandbox: Sandbox) -> None:
    (found,) = kept_of([function(mutants=("def f(x):\n    return x ** 99999",))], sandbox)
    assert len(found.content.mutants) == 1


def test_a_function_without_mutants_is_given_some(sandbox: Sandbox) -> None:
    (found,) = kept_of([function("def f(x):\n    return x + 2")], sandbox)
    assert 1 <= len(found.content.mutants) <= KEPT
    assert "def f(x):\n    return x * 2" not in found.content.mutants, "which does the same for 2"


def test_without_mutants_functions_stay_as_they_are(sandbox: Sandbox) -> None:
    same, wrong = function(mutants=(DOUBLE,)), function(returns="5")
    before = ran_by(sandbox)
    right, other = verify_items([same, wrong], sandbox, mutants=False)
    assert (right.item, right.reason) == (same, "")
    assert (other.item, other.reason, other.detail) == (wrong, FAILS, "test 1 of 1: the result is another one")
    assert ran_by(sandbox) - before == 2


def test_items_that_are_not_what_they_claim_have_a_reason(sandbox: Sandbox) -> None:
    fails_check = "def check(candidate):\n    assert candidate(1) == 3"
    passes_check = "def check(candidate):\n    assert candidate(1) == 2"
    items = [
        function(returns="5"),
        function(check=fails_check),
        function(check=passes_check),
        function("x = 1"),
        function("def f(x):\n    while True:\n        pass"),
        item(Function(entry="f", source=DOUBLE)),
    ]
    reasons = [found.reason for found in verify_items(items, sandbox)]
    assert reasons == [FAILS, FAILS, "", FAILS, TIMES_OUT, NO_TESTS]


def test_the_first_solution_that_passes_counts(sandbox: Sandbox) -> None:
    tests = (StdinTest(stdin="2", stdout="4\n"),)
    double, triple, four = "print(2 * int(input()))", "print(3 * int(input()))", "print(4)"
    programs = [
        Program(description="double", solutions=(double, four), public_tests=tests),
        Program(description="double", solutions=(triple, "import nowhere", double, four), hidden_tests=tests),
        Program(description="double", solutions=(triple, "x ="), hidden_tests=tests),
        Program(description="double", hidden_tests=tests),
        Program(description="double", solutions=(double,)),
    ]
    found = list(verify_items(map(item, programs), sandbox))
    assert [one.reason for one in found] == ["", "", FAILS, "", NO_TESTS]
    assert [one.item.content.solutions for one in found[:2]] == [(double, four), (double, four)]
    assert found[2].detail == "test 1 of 1: the output is another one", "of the first one"


def test_the_first_source_of_a_function_that_passes_counts_and_is_mutated(sandbox: Sandbox, tmp_path: Path) -> None:
    wrong = function("def f(x):\n    return x * 3", other_sources=("def f(x):\n    return x + 2", DOUBLE))
    with VerificationCache(tmp_path / "v.sqlite", "limits") as cache:
        for _ in range(2):
            (found,) = verify_items([wrong], sandbox, cache)
            assert found.item.content.source == "def f(x):\n    return x + 2"
            assert found.item.content.other_sources == ()
            assert all("+" in mutant or "-" in mutant or "return" in mutant for mutant in found.item.content.mutants)
    (found,) = verify_items([wrong], sandbox, mutants=False)
    assert found.item.content.other_sources == (DOUBLE,)


def test_what_is_cached_is_not_run_again(sandbox: Sandbox, tmp_path: Path) -> None:
    items = [function(), function(returns="5")]
    with VerificationCache(tmp_path / "v.sqlite", "limits") as cache:
        before, ran = list(verify_items(items, sandbox, cache)), ran_by(sandbox)
    with VerificationCache(tmp_path / "v.sqlite", "limits") as cache:
        assert list(verify_items(items, sandbox, cache)) == before
        assert ran_by(sandbox) == ran
    with VerificationCache(tmp_path / "v.sqlite", "other limits") as cache:
        assert list(verify_items(items, sandbox, cache)) == before
        assert ran_by(sandbox) > ran


def test_commits_and_generated_functions_pass_as_they_are(sandbox: Sandbox) -> None:
    generated = list(islice(ProceduralSource(ProceduralOptions(), SplitOptions()).items(), 40))
    kept = kept_of(generated, sandbox)
    assert [found.id for found in kept] == [found.id for found in generated]
    for found, before in zip(kept, generated, strict=True):
        if isinstance(before.content, Function):
            assert set(found.content.mutants) <= set(before.content.mutants)
        else:
            assert found == before


@pytest.mark.skipif(not DATA.is_file(), reason=f"{DATA} is not there: the real MBPP is not verified")
def test_real_problems_are_what_they_claim_and_their_mutants_too(sandbox: Sandbox) -> None:
    source = MbppSource(MbppOptions(path=DATA), SplitOptions())
    kept = kept_of(islice(source.items(), 60), sandbox)
    assert len(kept) >= 58
    assert sum(bool(found.content.mutants) for found in kept) >= 30
    for found in kept[:10]:
        arguments = tuple(arguments_of(call) for call in found.content.calls)
        programs = (found.content.source, *found.content.mutants)
        own, *others = sandbox.run([CallsJob(program, found.content.entry, arguments) for program in programs])
        assert len(others) <= KEPT
        assert all(other.claims != own.claims for other in others)
