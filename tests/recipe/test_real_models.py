"""The recipes of real models, without their weights: what they ask for, and what a plan says before they are run."""

import json
import math
import struct
from pathlib import Path

import pytest

from astor.cli.plan import plan_lines
from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.run.checkup import Check
from astor.run.fitting import recipe_checks
from astor.run.forecast import Forecast
from astor.run.preflight import preflight
from astor.run.run import Run

QWEN2 = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28}
QWEN2 |= {"num_key_value_heads": 4, "vocab_size": 152064, "max_position_embeddings": 32768}
QWEN3 = {"hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 36, "num_attention_heads": 32}
QWEN3 |= {"num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "max_position_embeddings": 40960}
MODELS = {"qwen2.5-coder-7b": (QWEN2, 7_615_616_512), "qwen3-8b": (QWEN3, 8_190_735_360)}
"""Recipe → configuration and parameters of its model."""


@pytest.fixture(params=MODELS)
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What has all of a recipe's model but weights; it is called as the recipe."""
    config, parameters = MODELS[request.param]
    directory = tmp_path / request.param
    directory.mkdir()
    (directory / "config.json").write_text(json.dumps(config))
    header = json.dumps({"all": {"dtype": "BF16", "shape": [parameters], "data_offsets": [0, 0]}}).encode()
    (directory / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    return directory


@pytest.fixture
def planned(directory: Path, tmp_path: Path) -> Run:
    """A recipe of the paper, with files for data."""
    overrides: dict[str, object] = {"policy.path": str(directory), "rollout": {"type": "transformers"}}  # without vLLM
    for number, name in enumerate(("mbpp.jsonl", "cruxeval.jsonl", "modules.py", "commits.jsonl")):
        (tmp_path / name).write_text("\n")
        overrides[f"data.sources.{number}.path"] = str(tmp_path / name)
    return Run(str(tmp_path / "store"), load_recipe(directory.name, overrides))


def test_rounds_are_the_papers(planned: Run) -> None:
    plan = dict(plan_lines(Forecast(planned, None), "process"))
    assert plan["rounds"] == "400, of 128 prompts with 8 rollouts each"
    assert plan["rollouts"].startswith("409,600 in training")
    assert set(planned.tasks) == {"io_prediction", "code_generation", "unit_tests", "commit_message"}


def test_the_plan_knows_the_model_by_its_headers(planned: Run) -> None:
    forecast = Forecast(planned, None)
    assert forecast.size is not None
    assert forecast.size.parameters in {parameters for _, parameters in MODELS.values()}
    assert forecast.memory is not None
    # Masters and two moments in fp32 at least, whatever else a step takes.
    assert forecast.memory.update > 3 * 4 * forecast.size.parameters


def test_a_machine_that_cannot_hold_its_update_is_told_so_before_anything_is_spent(
    planned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astor.run.preflight.has_gpu", lambda: False)
    monkeypatch.setattr("astor.run.preflight.memory_limit", lambda: 64 * 10**9)
    with pytest.raises(UserError, match=r"An update keeps 1\d\d,\d+\.\d MB of weights, gradients and moments"):
        preflight(planned, writes=False)


def test_a_server_and_an_update_share_eight_gpus_of_80_gb(directory: Path, tmp_path: Path) -> None:
    def told(gigabytes: int, **overrides: object) -> dict[str, Check]:
        recipe = load_recipe(directory.name, {"policy.path": str(directory)} | overrides)
        forecast = Forecast(Run(str(tmp_path / "store"), recipe), None)
        return {check.name: check for check in recipe_checks(forecast, 1024, [gigabytes * 10**9] * 8, None)}

    checks = told(80)
    assert checks["rollout"].found.startswith("vLLM samples, in 32.0 GB of a GPU's 80.0 GB, which its weights take 1")
    assert "of the 48.0 GB that vLLM leaves of a GPU's 80.0 GB" in checks["update"].found
    assert {checks["rollout"].state, checks["update"].state} == {"fine"}
    greedy = told(80, **{"rollout.vllm_arguments": ["--gpu-memory-utilization=0.92"]})["update"]
    assert greedy == told(80, **{"rollout.vllm_arguments": []})["update"], "vLLM's own default"
    assert greedy.state == "missing"
    assert greedy.advice.startswith("set --gpu-memory-utilization 0.")
    assert told(40)["rollout"].advice.startswith("raise --gpu-memory-utilization")
    apart = told(80, granularity="step")
    assert apart["rollout"].found == "a server samples, in memory of its own"
    assert "of a GPU's 80.0 GB: weights" in apart["update"].found


def test_a_server_that_leaves_an_update_too_little_is_told_before_anything_is_spent(
    planned: Run, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astor.rollout.engines.openai.check", lambda options: None)  # whether vLLM is there
    monkeypatch.setattr("astor.run.preflight.gpu_memories", lambda: [80 * 10**9] * 8)
    rollout = load_recipe(directory.name, {"rollout.vllm_arguments": []}).rollout
    run = Run(planned.places.root, planned.recipe.model_copy(update={"rollout": rollout}))
    told = "which has 80,000.0 MB, 73,600.0 MB of them vLLM's: set --gpu-memory-utilization 0.[45] in rollout.vllm_arg"
    with pytest.raises(UserError, match=told):
        preflight(run, writes=False)


def test_the_small_models_plan_needs_no_weights() -> None:
    recipe = load_recipe("smollm2")
    forecast = Forecast(Run("/nowhere", recipe), None)
    assert forecast.size is not None
    assert math.isclose(forecast.size.parameters, 135e6, rel_tol=0.01)
    plan = dict(plan_lines(forecast, "process"))
    assert plan["rounds"] == "80, of 64 prompts with 8 rollouts each"
