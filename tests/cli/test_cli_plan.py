"""What `--dry-run` prints: what there is, and what the run would take in the way that was chosen."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.cli.plan import plan_lines, print_plan, time_in_words
from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.records import Split
from astor.run.forecast import Forecast
from astor.run.pace import Pace
from astor.run.prepared import Prepared, find_prepared
from astor.run.run import Run
from astor.steps.prepare import prepare

Miniature = Callable[..., Run]
PACE = Pace(run="miniature-1", rounds=40, first=30.0, plan=1.0, round=2.0, evaluation=3.0, promote=5.0, tokens=320.0)


def lines(run: Run, prepared: Prepared | None = None, on: str = "process", pace: Pace | None = None) -> dict[str, str]:
    forecast = Forecast(run, prepared)
    forecast.__dict__["pace"] = pace
    return dict(plan_lines(forecast, on))


def test_before_anything_was_run_it_says_what_it_cannot_know(miniature: Miniature) -> None:
    plan = lines(miniature())
    assert plan["state"] == "not begun"
    assert plan["prompts"].startswith("not prepared yet: at most, for each of 4 tasks, 30 to train on")
    assert plan["policy"] == "34,976 parameters"
    assert plan["tokens"] == "at most 10,848 generated; how many is known after the first round"
    assert plan["time"] == "unknown until a round was run on this machine"


def test_a_pipeline_is_told_of_only_where_there_is_one(miniature: Miniature) -> None:
    assert "pipeline" not in lines(miniature())
    assert lines(miniature(), on="local")["pipeline"] == "7 tasks by segment, each a process of its own"


def test_time_and_tokens_come_from_a_run_that_was_measured(miniature: Miniature) -> None:
    plan = lines(miniature(), pace=PACE)
    assert plan["time"] == "about 55 s more, at 2 s a round as in 40 rounds of miniature-1", "30 + 4 * 2 + 4 * 3 + 5"
    made = Prepared({split: {} for split in Split}, longest=50)
    assert lines(miniature(), made, pace=PACE)["time"].startswith("about 26 s more"), "prompts are found made"
    assert plan["tokens"].endswith("about 4,520 at the length of answers in miniature-1")
    longer = lines(miniature(rounds=400), pace=PACE)
    assert longer["time"].startswith("about 14 min more")


def test_what_overlap_saves_is_told(miniature: Miniature, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "overlap" not in lines(miniature(), pace=PACE)
    overlap = {"staleness": 1, "training.loss.importance_cap": 2}
    pace = PACE._replace(beside=40.0)
    monkeypatch.setattr("astor.run.partner.cores", lambda: 1)
    assert lines(miniature(**overlap))["overlap"] == "saves nothing here: too few cores or cards for both"
    steps = miniature(**overlap, granularity="step")
    assert lines(steps, on="local", pace=pace)["overlap"] == "saves nothing here: one task runs after the other"
    monkeypatch.setattr("astor.run.partner.cores", lambda: 64)
    assert lines(miniature(**overlap))["overlap"].endswith("what that saves is known after the first round")
    told = lines(miniature(**overlap), pace=pace)["overlap"]
    assert told == "saves about 2.0 min in all: 40 s a round of what goes on beside the rest", "of three rounds in four"


def test_prepared_prompts_are_counted(miniature: Miniature) -> None:
    run = miniature(**{"data.prompts.train": 2})
    assert find_prepared(run) is None
    prepare(run)
    prepared = find_prepared(run)
    assert prepared is not None
    assert prepared.counts[Split.TRAIN] == dict.fromkeys(run.tasks, 2)
    plan = lines(run, prepared)
    assert plan["prompts"] == "as prepared"
    assert plan["  train"] == "io_prediction 2, code_generation 2, unit_tests 2, commit_message 2"
    assert plan["  warm start"].startswith("io_prediction 200")


@pytest.fixture
def own(tmp_path: Path) -> dict[str, object]:
    """Overrides for eight functions of one's own."""
    calls = [{"arguments": f"({number},)", "returns": str(number + 1)} for number in range(4)]
    sources = [f"def f(x):\n    return x + 1 - {'1 - ' * depth}{depth}\n" for depth in range(40)]
    functions = [{"entry": "f", "source": source, "calls": calls} for source in sources]
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(function) + "\n" for function in functions))
    return {
        "data.sources": [{"type": "jsonl", "path": str(tmp_path / "own.jsonl")}],
        "data.splits": {"warm_start_depth": 0},
        "tasks": {"io_prediction": {"max_tokens": 12}},
        "batch.prompts": 4,
    }


def test_files_of_ones_own_are_read_and_counted(own, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = load_recipe("miniature", own | {"tracking.uri": f"sqlite://user:s3cret@host/{tmp_path}/none.db"})
    store = tmp_path / "store"
    with pytest.raises(UserError):
        print_plan(recipe, str(store), "process")
    assert "s3cret" not in capsys.readouterr().out
    print_plan(load_recipe("miniature", own), str(store), "process")
    told = capsys.readouterr().out
    assert "# prompts      as read from the sources, before items are verified\n" in told
    assert "#   train      io_prediction " in told
    assert not store.exists()


def test_a_batch_larger_than_what_the_files_give_is_told(own, tmp_path: Path) -> None:
    recipe = load_recipe("miniature", own | {"batch.prompts": 100, "data.prompts.train": 100})
    with pytest.raises(UserError, match=r"A batch has 100 prompts, and there are \d+ to train on: lower batch.prompts"):
        print_plan(recipe, str(tmp_path / "store"), "process")


@pytest.mark.parametrize(
    ("seconds", "told"), [(55, "55 s"), (180, "3.0 min"), (1200, "20 min"), (9000, "2.5 h"), (400_000, "4.6 days")]
)
def test_time_is_in_a_unit_that_people_use(seconds: float, told: str) -> None:
    assert time_in_words(seconds) == told
