from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from astor.data.calls import arguments_of
from astor.data.mbpp import MbppOptions, MbppSource
from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.data.verification import KEPT, verified
from astor.records import Call, Commit, Function, Item
from astor.sandbox import CallsJob, Limits, Sandbox, SandboxOptions

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mbpp" / "mbpp.train.jsonl"
DOUBLE = "def f(x):\n    return x + x"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=2, limits=Limits(cpu_seconds=0.5, wall_seconds=5))) as sandbox:
        yield sandbox


def item(content: Function | Commit) -> Item:
    return Item(id="i", content=content, source="s", licence="MIT", structural_hash="0" * 64)


def function(source: str = DOUBLE, returns: str = "4", **fields: object) -> Item:
    return item(Function(entry="f", source=source, calls=(Call(arguments="(2,)", returns=returns),), **fields))


def test_mutants_that_no_call_tells_apart_or_that_do_not_end_go(sandbox: Sandbox) -> None:
    told_apart = "def f(x):\n    return x - x"
    same_for_two = "def f(x):\n    return x * x"
    hangs = "def f(x):\n    while True:\n        pass"
    raises = "def f(x):\n    return x / 0"
    kept, left_out = verified([function(mutants=(told_apart, same_for_two, hangs, raises))], sandbox)
    assert [found.content.mutants for found in kept] == [(told_apart,)]
    assert not left_out


def test_functions_that_fail_their_own_tests_go_and_are_counted(sandbox: Sandbox) -> None:
    fails_check = "def check(candidate):\n    assert candidate(1) == 3"
    passes_check = "def check(candidate):\n    assert candidate(1) == 2"
    bare = item(Function(entry="f", source=DOUBLE))
    items = [function(returns="5"), function(check=fails_check), function(check=passes_check), function("x = 1"), bare]
    kept, left_out = verified(items, sandbox)
    assert kept == [items[2]]
    assert left_out == {"it does not pass its own tests": 3, "it has no tests": 1}


def test_commits_and_generated_functions_pass_as_they_are(sandbox: Sandbox) -> None:
    generated = list(islice(ProceduralSource(ProceduralOptions(), SplitOptions()).items(), 40))
    kept, left_out = verified(generated, sandbox)
    assert not left_out
    assert [found.id for found in kept] == [found.id for found in generated]
    for found, before in zip(kept, generated, strict=True):
        if isinstance(before.content, Function):
            assert set(found.content.mutants) == set(before.content.mutants)
        else:
            assert found == before


@pytest.mark.skipif(not DATA.is_file(), reason=f"{DATA} is not there: the real MBPP is not verified")
def test_real_problems_are_what_they_claim_and_their_mutants_too(sandbox: Sandbox) -> None:
    source = MbppSource(MbppOptions(path=DATA), SplitOptions())
    kept, left_out = verified(islice(source.items(), 60), sandbox)
    assert len(kept) + left_out.total() == 60
    assert len(kept) >= 58
    assert sum(bool(found.content.mutants) for found in kept) >= 30
    for found in kept[:10]:
        arguments = tuple(arguments_of(call) for call in found.content.calls)
        programs = (found.content.source, *found.content.mutants)
        own, *others = sandbox.run([CallsJob(program, found.content.entry, arguments) for program in programs])
        assert len(others) <= KEPT
        assert all(other.claims != own.claims for other in others)
