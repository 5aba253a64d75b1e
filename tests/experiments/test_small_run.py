"""A run that ends with its budget, of one task alone that has coins for verdicts and asks one kind of prompt."""

from collections.abc import Callable

import pytest

from astor.errors import UserError
from astor.loop import post_train
from astor.records import Prompt, State, Verdict
from astor.run.checkpoints import rounds_of
from astor.run.result import read_result, write_result
from astor.run.run import Run
from astor.steps.prepare import prepare

SMALL = {
    "tasks": {
        "noisy": {"type": "io_prediction", "kinds": ["output"], "max_tokens": 8, "coin_share": 1.0},
        "idle": {"type": "io_prediction", "kinds": ["input"], "max_tokens": 8, "sources": ["procedural"]},
    },
    "data.prompts.train": 10,
    "data.prompts.demonstrations": {"noisy": 40, "idle": 40},
    "policy.warm_start.steps": 10,
    "batch.prompts": 4,
    "scheduler": {"type": "uniform", "tasks": ["noisy"]},
    "budget.prompts": 11,
    "rounds": 50,
}


def test_it_ends_before_the_round_that_does_not_fit_and_knows_that_it_is_finished(
    miniature: Callable[..., Run],
) -> None:
    with miniature(**SMALL) as run:
        post_train(run)
        write_result(run, 1.0, 1.0)
        assert rounds_of(run) == 2
        result = read_result(run)
        assert result is not None
        assert result["rounds"] == 2
        state: State = run.artifacts.read(run.artifacts.committed(run.places.at("rounds", 1, "score")), "state")
        assert {task: of.prompts for task, of in state.tasks.items()} == {"noisy": 4, "idle": 0}
        assert state.tasks["noisy"].informative >= 3, "coins differ, whatever the policy says"
        verdicts: list[Verdict] = run.artifacts.read(
            run.artifacts.committed(run.places.at("rounds", 1, "verify")), "verdicts"
        )
        assert all(verdict.detail != "a coin" for verdict in verdicts), "what is committed is the truth"
        prompts: list[Prompt] = run.artifacts.read(prepare(run).prompts, "prompts")
        assert {(one.task, one.id.split("/")[1]) for one in prompts} == {("noisy", "output"), ("idle", "input")}
        post_train(run)
        assert rounds_of(run) == 2


def test_a_kind_that_a_task_does_not_have_is_told(miniature: Callable[..., Run]) -> None:
    with pytest.raises(UserError, match=r"tasks\.unit_tests\.kinds names 'output': unit_tests has one kind"):
        miniature(**{"tasks.unit_tests.kinds": ["output"]})
    with pytest.raises(UserError, match="names 'outptu': did you mean 'output'"):
        miniature(**{"tasks.io_prediction.kinds": ["outptu"]})
