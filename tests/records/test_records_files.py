"""Records survive their files unchanged, and a bad line is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.errors import UserError
from astor.records import (
    Completion,
    Group,
    Prompt,
    PromptStatistics,
    Verdict,
    read_json,
    read_jsonl,
    read_parquet,
    write_json,
    write_jsonl,
    write_parquet,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
completions = st.builds(
    Completion,
    prompt_id=texts,
    rollout=st.integers(0, 100),
    task=texts,
    policy_digest=texts,
    prompt_tokens=st.lists(st.integers(0, 2**31 - 1), max_size=5).map(tuple),
    tokens=st.lists(st.integers(0, 2**31 - 1), max_size=5).map(tuple),
    logp_rollout=st.lists(st.floats(-50, 0, width=32), max_size=5).map(tuple),
    loss_mask=st.lists(st.booleans(), max_size=5).map(tuple),
    text=texts,
    finish_reason=st.sampled_from(["stop", "length"]),
)
verdicts = st.builds(
    Verdict,
    prompt_id=texts,
    score=st.none() | st.floats(0, 1),
    parts=st.dictionaries(texts, st.floats(0, 1), max_size=3),
    detail=texts,
)


@given(st.lists(completions, max_size=4))
def test_completions_survive_parquet(tmp_path_factory: pytest.TempPathFactory, written: list[Completion]) -> None:
    path = tmp_path_factory.mktemp("parquet") / "completions.parquet"
    write_parquet(path, written, Completion)
    assert read_parquet(path, Completion) == written


@given(st.lists(verdicts, max_size=4))
def test_verdicts_survive_jsonl(tmp_path_factory: pytest.TempPathFactory, written: list[Verdict]) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "verdicts.jsonl"
    write_jsonl(path, written)
    assert list(read_jsonl(path, Verdict)) == written


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1))
def test_finite_floats_survive_to_the_bit(tmp_path_factory: pytest.TempPathFactory, delta: float, mean: float) -> None:
    directory = tmp_path_factory.mktemp("floats")
    written = PromptStatistics(prompt_id="p", task="t", visits=1, successes=mean, failures=delta)
    write_parquet(directory / "s.parquet", [written], PromptStatistics)
    write_json(directory / "s.json", written)
    assert read_parquet(directory / "s.parquet", PromptStatistics) == [written]
    assert read_json(directory / "s.json", PromptStatistics) == written


def test_a_line_that_is_no_record_is_named_with_its_file_number_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "groups.jsonl"
    good = Group(prompt_id="p", task="t", rewards=(1.0,), advantages=(0.0,), informative=False, kept=False)
    path.write_text(good.model_dump_json() + "\n" + '{"prompt_id": "q"}\n')
    with pytest.raises(UserError, match=r"groups\.jsonl, line 2 is not a Group/1: task"):
        list(read_jsonl(path, Group))


def test_records_are_frozen_and_closed() -> None:
    prompt = Prompt(id="p", item_id="i", task="t", split="train", messages=())
    with pytest.raises(ValidationError):
        prompt.id = "q"
    with pytest.raises(ValidationError):
        Prompt(id="p", item_id="i", task="t", split="train", messages=(), expected=3)
