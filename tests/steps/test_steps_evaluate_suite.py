"""A policy whose answers are known, on a suite: what is committed, what is not asked again, and the figures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.policies.policy import save_policy
from astor.recipe.suite import Bench, Suite, recipe_of
from astor.rollout.engines.ranked import RankedEngine
from astor.run.run import Run
from astor.run.suite import evaluation_place
from astor.run.suite_result import read_suite
from astor.steps.evaluate_suite import evaluate_suite
from astor.steps.initialise import make_policy
from astor.steps.prepare_suite import prepare_suite, read_notes
from astor.storage import ArtifactRef
from astor.training.first_policy import HuggingFaceOptions
from tests.given_answers import policy_that_says

BENCH = Bench(threads=1, block=4)
CASES = [("x + 1", 6, 7), ("x + 2", 5, 7), ("x + 3", 4, 7), ("x * 2", 4, 8), ("x * 3", 3, 9)]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("policy")
    save_policy(policy_that_says(["7", "8"]), place, "")
    return place


def suite_of(tmp_path: Path, **changes: Any) -> Suite:
    data = tmp_path / "functions.jsonl"
    data.write_text(
        "".join(
            json.dumps(
                {"entry": "f", "source": f"def f(x):\n    return {code}", "calls": [{"args": [x], "expected": y}]}
            )
            + "\n"
            for code, x, y in CASES
        )
    )
    tasks = {"io_prediction": {"kinds": ["output"], "max_tokens": 4}}
    value = {"name": "ours", "source": {"type": "jsonl", "path": str(data)}, "tasks": tasks, "samples": 8, "top_p": 1.0}
    return Suite.model_validate(value | {"measures": ["pass@1"]} | changes)


def evaluated(tmp_path: Path, directory: Path, suite: Suite, bench: Bench = BENCH) -> tuple[Run, ArtifactRef]:
    with Run(str(tmp_path / "store"), recipe_of(suite, bench, str(directory))) as run:
        asked = prepare_suite(run, suite)
        policy = make_policy(run, HuggingFaceOptions(path=str(directory)))
        return run, evaluate_suite(run, suite, bench, asked, policy)


def test_figures_are_those_of_the_answers(tmp_path: Path, directory: Path) -> None:
    suite = suite_of(tmp_path, pass_at=[1, 2, 8])
    run, scores = evaluated(tmp_path, directory, suite)
    asked = prepare_suite(run, suite)
    result = read_suite(run, suite, asked.prompts, read_notes(run, asked.prompts), scores, None)
    sampled, greedy = result.first.sampled, result.first.greedy
    by_prompt = {item.prompt_id: item.value for item in sampled.items if item.metric == "pass@1"}
    assert len(by_prompt) == 5
    assert by_prompt["io_prediction/output/functions-5"] == 0, "it never says 9"
    assert 0 < sampled.figure("pass@1").value < sampled.figure("pass@2").value < sampled.figure("pass@8").value <= 0.8
    assert greedy.figure("pass@1").value in (0.2, 0.6), "always 7, or always 8"
    assert (result.prompts, greedy.tokens) == ({"io_prediction": 5}, 10)
    assert not {score.metric for score in sampled.scores.scores} & {"pass@5"}


def test_what_is_committed_is_not_asked_again(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = suite_of(tmp_path)
    asked: list[int] = []
    generate: Callable[..., Any] = RankedEngine.generate

    def until_the_second_block(self: RankedEngine, policy: Any, requests: Any) -> Any:
        asked.append(len(requests))
        if len(asked) == 3:
            raise UserError("The engine is gone.")
        return generate(self, policy, requests)

    monkeypatch.setattr(RankedEngine, "generate", until_the_second_block)
    with pytest.raises(UserError, match="The engine is gone"):
        evaluated(tmp_path, directory, suite)
    assert asked == [4, 4, 1], "sampled and greedily, then the second block"
    _, stopped = evaluated(tmp_path, directory, suite)
    assert asked[3:] == [1, 1]
    assert evaluated(tmp_path, directory, suite)[1] == stopped
    assert len(asked) == 5
    _, undisturbed = evaluated(tmp_path / "other", directory, suite_of(tmp_path, pass_at=[]))
    assert undisturbed.digest == stopped.digest


def test_other_ways_of_asking_have_places_of_their_own(tmp_path: Path, directory: Path) -> None:
    suite = suite_of(tmp_path)
    with Run(str(tmp_path / "store"), recipe_of(suite, BENCH, str(directory))) as run:
        asked = prepare_suite(run, suite)
        policy = make_policy(run, HuggingFaceOptions(path=str(directory)))
        places = {
            evaluation_place(run, suite.model_copy(update=change), BENCH, asked, policy)
            for change in ({}, {"seed": 1}, {"samples": 9}, {"temperature": 0.5}, {"pass_at": (1,)}, {"about": "x"})
        }
    assert len(places) == 4, "what is told of the answers changes none of them"


def test_a_prompt_beyond_the_context_counts_as_not_solved(tmp_path: Path, directory: Path) -> None:
    long = "\n".join(f"    x = x + {number}" for number in range(400))
    data = tmp_path / "long.jsonl"
    lines = [{"entry": "f", "source": f"def f(x):\n{long}\n    return 7", "calls": [{"args": [1], "expected": 7}]}]
    lines.append({"entry": "f", "source": "def f(x):\n    return 7", "calls": [{"args": [2], "expected": 7}]})
    data.write_text("".join(json.dumps(line) + "\n" for line in lines))
    suite = suite_of(tmp_path, source={"type": "jsonl", "path": str(data)}, samples=32)
    run, scores = evaluated(tmp_path, directory, suite)
    asked = prepare_suite(run, suite)
    result = read_suite(run, suite, asked.prompts, read_notes(run, asked.prompts), scores, None).first.sampled
    assert result.unanswered == 1
    assert result.scores.outcomes["io_prediction"]["malformed"] == 32
    assert 0 < result.figure("pass@1").value < 0.5


def test_what_cannot_be_asked_is_one_sentence(tmp_path: Path, directory: Path) -> None:
    nowhere = {"type": "mbpp", "path": str(tmp_path / "mbpp.jsonl")}
    for changes, told in [
        ({"source": nowhere, "origin": "https://data"}, "There is nothing at .*mbpp.jsonl, which the suite ours reads: "
         "get it from https://data, and name the file with --data"),
        ({"source": {"type": "procedural"}}, "The source of the suite ours has no end: say with prompts"),
        ({"tasks": {"commit_message": {}}}, "The suite ours has nothing to ask of commit_message: of 5 items"),
        ({"measures": ["passed_at"]}, "names passed_at in measures, which its tasks do not measure: did you mean"),
    ]:  # fmt: skip
        with pytest.raises(UserError, match=told):
            evaluated(tmp_path, directory, suite_of(tmp_path, **changes))
