"""Conversations over turns on the real vLLM on a CPU: collected, measured and trained on as in this process."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from astor.loop import post_train
from astor.policies.options import TinyOptions
from astor.policies.policy import save_policy
from astor.recipe.load import load_recipe
from astor.records import Completion, Trajectory
from astor.run.run import Run
from astor.steps.collect import BLOCKS, CollectOptions, collect
from astor.steps.evaluate_turns import evaluate_turns
from astor.steps.initialise import initialise
from astor.steps.prepare import prepare
from tests.rollout.real_vllm import ARGUMENTS, NEEDS_VLLM, PYTHON, TOLERANCE
from tests.rollout.unpacked_weights import python_without_packing
from tests.steps.small_cobalt import SMALL, TINY, policy_that_solves

pytestmark = NEEDS_VLLM
Make = Callable[..., Run]
WIDE = TINY | {"hidden_size": 64, "heads": 2}
"""With heads as wide as vLLM wants them."""


@pytest.fixture(scope="module", autouse=True)
def small_cache() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        yield


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """`make(**{"dotted.key": value})`, all in one store, so that they share prompts and the first policy."""
    store = tmp_path_factory.mktemp("store")
    return lambda **given: Run(str(store), load_recipe("cobalt", deepcopy(SMALL) | {"policy": WIDE} | given))


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Weights are read in place, which vLLM on a CPU can where it does not pack them."""
    python = python_without_packing(tmp_path_factory.mktemp("python"), PYTHON)
    return {"type": "openai", "vllm_python": str(python), "hand_over": "reload", "vllm_arguments": list(ARGUMENTS)}


def test_greedy_conversations_are_those_of_the_engine_in_this_process(
    make: Make, vllm: dict[str, Any], tmp_path: Path
) -> None:
    likeliest = {"evaluation.top_p": 1e-6}
    options = CollectOptions(trajectories=2, turns=3, temperature=0, perturbed=0.5, block=8)
    measured: list[list[Trajectory]] = []
    collected: list[list[list[Trajectory]]] = []
    for name, rollout in (("here", {"type": "transformers"}), ("there", vllm)):
        with make(rollout=rollout, **likeliest) as run:
            prompts, references = prepare(run)
            policy = initialise(run, prompts)
            trajectories = evaluate_turns(run, prompts, references, policy, policy)
            assert trajectories is not None
            measured.append(run.artifacts.read(trajectories, "trajectories"))
            found = collect(run, str(tmp_path / name), options)
            assert found.tokens
            places = sorted((tmp_path / name / BLOCKS).iterdir())
            assert len(places) > 1
            collected.append([run.artifacts.read(run.artifacts.committed(str(p)), "trajectories") for p in places])
            metrics = run.services.policies.sampler(policy).engine.metrics
    assert measured[0] == measured[1]
    assert collected[0] == collected[1]
    assert {len(one.turns) for one in measured[1]} == {4}
    assert metrics["failed"] == 0
    assert metrics["server_starts"] == metrics["hand_overs"] == 1, "one policy wrote everything"


@pytest.fixture
def solver(make: Make, tmp_path: Path) -> dict[str, str]:
    """A policy that is right now and then, so that there is something to learn."""
    with make() as run:
        policy = policy_that_solves(run, TinyOptions(hidden_size=64, heads=2))
    save_policy(policy, tmp_path, recipe_digest="")
    return {"type": "huggingface", "path": str(tmp_path)}


def test_whole_trajectories_are_sampled_and_trained_on(
    make: Make, vllm: dict[str, Any], solver: dict[str, str]
) -> None:
    turns = {"tasks.multi_turn_code.turns": 2, "tasks.multi_turn_code.reward": "dense", "batch.prompts": 8}
    with make(rollout=vllm, rounds=2, policy=solver, **turns) as run:
        post_train(run)
        digests = set()
        for round in range(2):
            rollout, update = (
                run.artifacts.committed(run.places.at("rounds", round, s)) for s in ("rollout", "update")
            )
            completions: list[Completion] = run.artifacts.read(rollout, "completions")
            assert completions
            digests |= {completion.policy_digest for completion in completions}
            assert not any(all(one.loss_mask) for one in completions), "what the task replied is in each"
            report = run.artifacts.read(update, "report")
            assert max(task.engine_difference for task in report.tasks.values()) < TOLERANCE
        assert len(digests) == 2, "each round has a policy of its own"
        names = [name for name in run.places.below("evaluations") if name.startswith("turns-")]
        measured = [run.artifacts.committed(run.places.at("evaluations", name)) for name in names]
        first, last = (run.artifacts.read(one, "trajectories") for one in measured)
        assert [one.turns[0].text for one in first] == [one.turns[0].text for one in last], "all begin alike"
        assert first[0].policy_digest != last[0].policy_digest
        metrics = run.services.policies.sampler(initialise(run, prepare(run).prompts)).engine.metrics
        assert metrics["failed"] == 0
        assert metrics["server_starts"] == 1
        assert metrics["hand_overs"] >= 4, "two rounds, and policies that are evaluated"
