"""Two instances of one task go through a whole run, and every record tells them apart."""

from collections import Counter
from collections.abc import Callable

from astor.loop import post_train
from astor.records import Demonstration, ItemScore, Prompt, Reference, Verdict
from astor.run.history import history_so_far
from astor.run.run import Run
from astor.steps.prepare import prepare

SMALL = {
    "tasks": {
        "easy": {"type": "io_prediction", "max_tokens": 12, "difficulties": [1, 2]},
        "hard": {"type": "io_prediction", "max_tokens": 12, "difficulties": [2, 3], "format_share": 0.0},
    },
    "data.splits.warm_start_depth": 0,
    "data.prompts.train": 10,
    "data.prompts.demonstrations": {"easy/output": 20, "hard": 30},
    "policy.warm_start.steps": 10,
    "batch.prompts": 4,
    "rounds": 2,
}


def test_a_run_trains_and_measures_two_instances_of_one_task(miniature: Callable[..., Run]) -> None:
    with miniature(**SMALL) as run:
        post_train(run)
        prompts, references = prepare(run)
        asked: list[Prompt] = run.artifacts.read(prompts, "prompts")
        assert Counter(prompt.task for prompt in asked if not prompt.apart) == {"easy": 22, "hard": 22}
        assert all(prompt.bucket in run.tasks[prompt.task].options.difficulties for prompt in asked)
        owners = {(prompt.item_id, prompt.task) for prompt in asked}
        assert len({item for item, _ in owners}) == len(owners), "an item belongs to one instance"
        known: list[Reference] = run.artifacts.read(references, "references")
        assert [(one.prompt_id, one.task) for one in known] == [(prompt.id, prompt.task) for prompt in asked]
        learnt: list[Demonstration] = run.artifacts.read(prompts, "demonstrations")
        assert Counter(one.task for one in learnt) == {"easy": 20, "hard": 30}

        for round in range(2):
            verdicts: list[Verdict] = run.artifacts.read(
                run.artifacts.committed(run.places.at("rounds", round, "verify")), "verdicts"
            )
            assert Counter(verdict.task for verdict in verdicts) == {"easy": 8, "hard": 8}
            assert all(verdict.prompt_id.startswith(f"{verdict.task}/{verdict.kind}/") for verdict in verdicts)
            scored = run.artifacts.committed(run.places.at("rounds", round, "score"))
            shown = run.artifacts.read(scored, "state").tasks
            assert shown.keys() == {"easy", "hard"}
            assert all(of_task.first_score == of_task.score for of_task in shown.values()), "all prompts are new"
        history = history_so_far(run)
        assert {(score.task, score.metric) for score in history.after.scores} >= {
            (key, metric) for key in run.tasks for metric in ("score", "exact_match", "pass@1/input")
        }
        (scores,) = {name for name in run.places.below("evaluations") if name.startswith("promotion")}
        items: list[ItemScore] = run.artifacts.read(
            run.artifacts.committed(run.places.at("evaluations", scores, "scores")), "items"
        )
        assert {item.task for item in items} == {"easy", "hard"}
