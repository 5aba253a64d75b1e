"""What attempts left that were never committed is told from what counts."""

import os
import time
from pathlib import Path

from astor.run.listing import files_of_runs
from astor.run.removal import left_over
from astor.run.unused import unused
from astor.storage import MANIFEST, Attempt


def files(root: Path) -> dict:
    """Of the one run of the store, which is called a."""
    return files_of_runs(str(root)).get("a", {})


def commit(uri: Path, *names: str) -> str:
    """An artifact whose part has files of these names; its attempt."""
    with Attempt(str(uri)) as attempt:
        part = attempt.part("policy", "Policy/1")
        for name in names:
            (part / name).write_text(name)
        attempt.commit()
    return attempt.name


def test_only_what_no_manifest_names_is_left_over(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "a"
    kept = commit(run / "rounds" / "00001" / "checkpoint", "config.json", ".gitattributes")
    beside = run / "rounds" / "00001" / "checkpoint" / "0123456789ab"
    alone = run / "rounds" / "00002" / "rollout" / "ba9876543210"
    grave = run / "rounds" / ".removed-x1" / "00003"
    for place in (beside, alone, grave):
        (place / "completions").mkdir(parents=True)
        (place / "completions" / "completions.parquet").write_text("half")
    (run / f".{MANIFEST}-0123").write_text("half")
    found = set(left_over(str(run), files(tmp_path), settled=True))
    assert found == {
        "rounds/00001/checkpoint/0123456789ab",
        "rounds/00002/rollout/ba9876543210",
        "rounds/.removed-x1",
        f".{MANIFEST}-0123",
    }
    assert not any(kept in place for place in found), "hidden files of a policy are part of it"


def test_attempts_beside_a_damaged_manifest_stay(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "a"
    commit(run / "plan", "config.json")
    (run / "plan" / MANIFEST).write_text("{")
    (run / "plan" / "0123456789ab" / "state").mkdir(parents=True)
    (run / "plan" / "0123456789ab" / "state" / "state.json").write_text("{}")
    assert not list(left_over(str(run), files(tmp_path), settled=True)), "one of them was committed"


def test_where_somebody_may_be_writing_what_is_new_stays(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "a"
    new, old = (run / "plan" / name / "state.json" for name in ("0123456789ab", "ba9876543210"))
    for path in (new, old):
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert list(left_over(str(run), files(tmp_path), settled=False)) == ["plan/ba9876543210"]


def test_of_answers_to_suites_only_attempts_go(tmp_path: Path) -> None:
    answers = tmp_path / "evaluations" / "mbpp-0123456789ab" / "policy-0123456789ab" / "00000" / "rollout"
    commit(answers, "completions.parquet")
    never = answers.parent / "verify" / "0123456789ab"
    (never / "verdicts").mkdir(parents=True)
    (never / "verdicts" / "verdicts.jsonl").write_text("half")
    for path in never.rglob("*"):
        os.utime(path, (0, 0))
    removals, _ = unused(str(tmp_path), [], certain=True)
    assert [removal.uri for removal in removals] == [str(never)]
