"""prepare: prompts of every task in every split, and no function in two of them."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from astor.data.catalogue import source_classes
from astor.errors import UserError
from astor.records import Demonstration, Prompt, Reference, Split
from astor.run.run import Run
from astor.steps.prepare import prepare

Miniature = Callable[..., Run]
BIGGER = {
    "data.sources": [{"type": "procedural", "families": ["arithmetic", "lists", "strings"]}],
    "data.prompts.train": 150,
    "data.prompts.held_out": 40,
    "data.prompts.promotion": 40,
}


@pytest.mark.parametrize("overrides", [{}, BIGGER], ids=["miniature", "bigger"])
def test_no_function_is_in_two_splits(miniature: Miniature, overrides: dict[str, Any]) -> None:
    run = miniature(**overrides)
    prompts: list[Prompt] = run.artifacts.read(prepare(run).prompts, "prompts")
    (options,) = run.recipe.data.sources
    source = source_classes()[options.type](options, run.recipe.data.splits)
    wanted = {prompt.item_id for prompt in prompts}
    items = {}
    for item in islice(source.items(), 100_000):
        items[item.id] = item
        if wanted <= items.keys():
            break
    splits = defaultdict(set)
    for prompt in prompts:
        splits[items[prompt.item_id].structural_hash].add(prompt.split)
    assert all(len(found) == 1 for found in splits.values())
    learned = {item.structural_hash for item in items.values() if source.split_of(item) is Split.WARM_START}
    assert learned.isdisjoint(splits), "nor does the warm start learn from any of them"


def test_each_task_gets_as_many_prompts_as_are_asked_for(miniature: Miniature) -> None:
    run = miniature()
    prepared = prepare(run)
    prompts: list[Prompt] = run.artifacts.read(prepared.prompts, "prompts")
    counts = Counter((prompt.task, prompt.split.value) for prompt in prompts if not prompt.apart)
    wanted = {"train": 30, "held_out": 6, "promotion": 6}
    assert counts == {(task, split): count for task in run.tasks for split, count in wanted.items()}
    apart = Counter((prompt.task, prompt.split.value) for prompt in prompts if prompt.apart)
    assert apart == {("io_prediction", "promotion"): 6}, "they stand beside those that are asked for"
    demonstrations: list[Demonstration] = run.artifacts.read(prepared.prompts, "demonstrations")
    assert Counter(d.task for d in demonstrations) == run.recipe.data.prompts.demonstrations


def test_no_text_is_asked_in_two_splits(miniature: Miniature) -> None:
    run = miniature(**BIGGER)
    prepared = prepare(run)
    prompts: list[Prompt] = run.artifacts.read(prepared.prompts, "prompts")
    demonstrations: list[Demonstration] = run.artifacts.read(prepared.prompts, "demonstrations")
    splits = defaultdict(set)
    for prompt in prompts:
        splits[prompt.messages].add(prompt.split)
    assert all(len(found) == 1 for found in splits.values())
    assert splits.keys().isdisjoint(demonstration.messages for demonstration in demonstrations)


def test_references_lie_apart_from_prompts(miniature: Miniature) -> None:
    run = miniature()
    prepared = prepare(run)
    assert prepared.references.uri.startswith(f"{run.places.root}/references/")
    assert not prepared.prompts.uri.startswith(f"{run.places.root}/references/")
    references: list[Reference] = run.artifacts.read(prepared.references, "references")
    prompts: list[Prompt] = run.artifacts.read(prepared.prompts, "prompts")
    assert [reference.prompt_id for reference in references] == [prompt.id for prompt in prompts]


def test_the_same_data_is_found_by_other_runs(miniature: Miniature) -> None:
    first = prepare(miniature())
    assert prepare(miniature(seed=5, rounds=2)) == first
    assert prepare(miniature(**{"data.prompts.train": 31})) != first


def test_a_task_without_items_is_named(miniature: Miniature, tmp_path: Path) -> None:
    path = tmp_path / "functions.jsonl"
    bodies = [f"def f(x):\n    return {'x + ' * depth}{depth}\n" for depth in range(1, 40)]
    lines = []
    for depth, source in enumerate(bodies, start=1):
        calls = [{"arguments": f"({x},)", "returns": str(x * depth + depth)} for x in range(8)]
        lines.append(json.dumps({"entry": "f", "source": source, "description": f"adds {depth} times", "calls": calls}))
    path.write_text("\n".join(lines))
    sources = [{"type": "jsonl", "path": str(path)}]
    with (
        miniature(**{"data.sources": sources}) as run,
        pytest.raises(UserError, match="The task commit_message got no prompt for the split train"),
    ):
        prepare(run)
    assert not (tmp_path / "store" / "cache" / "prompts").exists(), "nothing is committed of what cannot be used"
    both = [*sources, {"type": "procedural"}]
    with miniature(**{"data.sources": both}) as run:
        prompts: list[Prompt] = run.artifacts.read(prepare(run).prompts, "prompts")
    assert any(prompt.item_id.startswith("functions-") for prompt in prompts), "an endless source starves no other"


def test_nothing_is_trained_on_that_shares_text_with_what_is_evaluated(miniature: Miniature, tmp_path: Path) -> None:
    said = "give the same number that every other one of these functions was asked to give, whatever it is"
    path = tmp_path / "functions.jsonl"
    lines = []
    for number in range(60):
        source = f"def f(x):\n    return x * {number} + {number % 7}\n"
        calls = [{"arguments": f"({x},)", "returns": str(x * number + number % 7)} for x in range(8)]
        words = f"{said}, {number}" if number % 2 else f"Function {number}."
        lines.append(json.dumps({"entry": "f", "source": source, "description": words, "calls": calls}))
    path.write_text("\n".join(lines))
    overrides = {"data.sources": [{"type": "jsonl", "path": str(path)}, {"type": "procedural"}]}
    for decontamination, alone in (None, False), ({}, True):
        with miniature(**overrides, **{"data.decontamination": decontamination}) as run:
            prompts: list[Prompt] = run.artifacts.read(prepare(run).prompts, "prompts")
        shared = {prompt.split for prompt in prompts if said in str(prompt.messages)}
        assert shared.isdisjoint({Split.TRAIN}) is alone


def test_few_shot_prompts_show_answers_that_nobody_is_asked_for(miniature: Miniature) -> None:
    with miniature(**{"tasks.io_prediction.few_shot": 2, "tasks.io_prediction.prefill": "["}) as run:
        prepared = prepare(run)
        prompts = [
            prompt for prompt in run.artifacts.read(prepared.prompts, "prompts") if prompt.task == "io_prediction"
        ]
    shown = {message.content for prompt in prompts for message in prompt.messages[:-2] if message.role == "user"}
    assert len(shown) == 4, "two of each kind"
    assert not shown & {prompt.messages[-2].content for prompt in prompts}
    assert {len(prompt.messages) for prompt in prompts} == {6}
    assert all(prompt.messages[-1].content == "[" for prompt in prompts)


def test_a_warm_start_without_demonstrations_is_refused_before_it_begins(miniature: Miniature) -> None:
    with pytest.raises(UserError, match=r"data\.prompts\.demonstrations asks for none: say there how many"):
        prepare(miniature(**{"data.prompts.demonstrations": {}}))
