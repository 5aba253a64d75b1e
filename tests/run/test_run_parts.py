"""Every part is read as it was written, and described in the manifest."""

from pathlib import Path

import pytest

from astor.records import Champion, Completion, ItemScore, PromptStatistics, Record
from astor.run.parts import COLUMNS, LINES, ONE, describe, read_part, write_part
from astor.storage import ArtifactRef, PolicyRef

CHAMPION = Champion(policy=PolicyRef("d", "d", ArtifactRef("p", "a")))
ITEMS = [ItemScore(prompt_id=f"p{i}", task="t", metric="score", value=i / 3, samples=2) for i in range(3)]
COMPLETION = Completion(
    prompt_id="p",
    rollout=0,
    task="t",
    policy_digest="d",
    prompt_tokens=(1, 2),
    tokens=(3,),
    logp_rollout=(-0.5,),
    loss_mask=(True,),
    text="ü",
    finish_reason="stop",
)


@pytest.mark.parametrize(
    ("name", "payload", "kind", "count"),
    [
        ("champion", CHAMPION, "Champion/2", 1),
        ("items", ITEMS, "ItemScore/1", 3),
        ("items", [], "ItemScore/1", 0),
        ("completions", [COMPLETION, COMPLETION], "Completion/1", 2),
        ("greedy_completions", [], "Completion/1", 0),
    ],
)
def test_records_come_back(tmp_path: Path, name: str, payload: Record | list[Record], kind: str, count: int) -> None:
    write_part(tmp_path, name, payload)
    assert read_part(tmp_path, name) == payload
    assert describe(name, payload) == (kind, count)


def test_what_is_no_record_is_a_directory(tmp_path: Path) -> None:
    def write(directory: Path) -> None:
        (directory / "model").write_text("weights")

    write_part(tmp_path, "policy", write)
    assert (read_part(tmp_path, "policy") / "model").read_text() == "weights"
    assert describe("policy", write) == ("Policy/1", 1)


def test_a_name_means_one_kind_of_file() -> None:
    assert not (ONE.keys() & LINES.keys() | ONE.keys() & COLUMNS.keys() | LINES.keys() & COLUMNS.keys())
    assert COLUMNS["prompt_statistics"] is PromptStatistics
