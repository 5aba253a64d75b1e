"""A task over turns of another package is rolled out, collected, trained on and evaluated by the same steps as ours."""

from collections.abc import Callable
from pathlib import Path

import pytest

from astor.data.trajectories import TrajectoriesOptions, TrajectoriesSource
from astor.errors import UserError
from astor.loop import post_train
from astor.records import Completion, Conversation, Split, Trajectory
from astor.run.run import Run
from astor.steps.collect import CollectOptions, collect

SMALL = {
    "tasks": {"guess": {"max_tokens": 6}},
    "data.sources": [{"type": "procedural", "commit_share": 0, "families": ["arithmetic", "lists", "strings"]}],
    "data.prompts": {"train": 4, "held_out": 2, "promotion": 2, "demonstrations": {"guess": 60}},
    "policy.warm_start.steps": 20,
    "batch": {"prompts": 2, "rollouts": 2},
    "rounds": 1,
    "rounds_per_segment": 1,
    "checkpoint_every": 1,
}
Miniature = Callable[..., Run]


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip would leave of a package that offers the task."""
    information = tmp_path / "site" / "guessing-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: guessing\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[astor.tasks]\nguessing = tests.guessing:tasks\n")
    monkeypatch.syspath_prepend(tmp_path / "site")


def test_a_run_trains_on_its_trajectories_and_measures_them(miniature: Miniature) -> None:
    with miniature(**SMALL) as run:
        post_train(run)
        completions: list[Completion] = run.artifacts.read(
            run.artifacts.committed(run.places.at("rounds", 0, "rollout")), "completions"
        )
        assert len(completions) == 4
        assert not any(all(one.loss_mask) for one in completions), "a reply stands between two answers"
        measured: list[str] = [name for name in run.places.below("evaluations") if name.startswith("turns-")]
        assert measured, "the first policy, and the last one if it is another"
        for name in measured:
            trajectories: list[Trajectory] = run.artifacts.read(
                run.artifacts.committed(run.places.at("evaluations", name)), "trajectories"
            )
            for one in trajectories:
                assert [turn.feedback for turn in one.turns] == ["guess 2", "guess 3", "guess 4"]
                assert all(len(turn.hidden_passed) == 1 for turn in one.turns)
        assert "Over turns: guess" in (Path(run.places.uri) / "report.html").read_text()


def test_what_is_collected_of_it_is_a_source(miniature: Miniature, tmp_path: Path) -> None:
    with miniature(**SMALL) as run:
        collected = collect(run, str(tmp_path / "collected"), CollectOptions(trajectories=2, turns=2, perturbed=1))
        assert (collected.problems, collected.trajectories) == (8, 16), "there is no public test that could be wrong"
        splits, task = run.recipe.data.splits, run.tasks["guess"]
    items = list(TrajectoriesSource(TrajectoriesOptions(path=str(tmp_path / "collected")), splits).items())
    assert len(items) == sum(collected.prompts.values())
    for item in items:
        (example,) = task.examples(item, Split.TRAIN)
        begun = isinstance(item.content, Conversation)
        assert len(example.prompt.messages) > 1 if begun else len(example.prompt.messages) == 1
        assert not begun or example.prompt.messages[-1].content.startswith("guess ")


def test_several_tasks_over_turns_are_not_collected_together(miniature: Miniature, tmp_path: Path) -> None:
    with (
        miniature(**SMALL | {"tasks": {"guess": {}, "code": {"type": "multi_turn_code"}}}) as run,
        pytest.raises(UserError, match=r"several tasks over turns \(guess, code\): leave one"),
    ):
        collect(run, str(tmp_path / "collected"), CollectOptions())
