"""Files of a first policy that do not fit each other, or the adapter that is to be trained: told before a run."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from astor.errors import UserError
from astor.policies.adapted import adapt
from astor.policies.card import policy_ref
from astor.policies.options import LoraOptions, TinyOptions
from astor.policies.policy import load_policy, save_policy
from astor.policies.tiny import make_policy
from astor.run.preflight import preflight
from astor.run.run import Run
from astor.storage import Attempt

Miniature = Callable[..., Run]
TINY = TinyOptions(hidden_size=32, layers=1, heads=2)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    save_policy(make_policy(["def f(x):"], TINY, 0), tmp_path / "model", "r")
    return tmp_path / "model"


def look(miniature: Miniature, policy: Path, **overrides: Any) -> None:
    preflight(miniature(policy={"type": "huggingface", "path": str(policy)}, **overrides), writes=False)


def test_an_embedding_of_another_size_than_the_configuration_says(
    miniature: Miniature, model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    look(miniature, model)
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"vocab_size": config["vocab_size"] + 8}))
    rows = config["vocab_size"]
    with pytest.raises(UserError, match=rf"embed_tokens.weight of {rows} tokens, .*vocab_size {rows + 8}: fetch the"):
        look(miniature, model)
    (model / "policy.json").unlink()
    with pytest.raises(UserError, match=rf"embed_tokens.weight of shape \({rows}, 32\), .* for \({rows + 8}, 32\)"):
        load_policy(model, "cpu")
    assert "LOAD REPORT" not in capfd.readouterr().err, "transformers' table says no more than the sentence"


def test_targets_of_an_adapter_that_the_model_lacks(miniature: Miniature, model: Path) -> None:
    look(miniature, model, **{"training.lora": {}})
    look(miniature, model, **{"training.lora.targets": ["self_attn.q_proj"]})
    with pytest.raises(UserError, match=r"no gate_prj \(training.lora.targets\): name some of down_proj, gate"):
        look(miniature, model, **{"training.lora.targets": ["q_proj", "gate_prj"]})


def test_an_adapter_in_whose_bases_place_another_policy_lies(miniature: Miniature, tmp_path: Path) -> None:
    with Attempt(str(tmp_path / "base")) as attempt:
        save_policy(make_policy(["def f(x):"], TINY, 0), attempt.part("policy", "Policy/1"), "r")
        artifact = attempt.commit()
    base = artifact.part("policy")
    policy = load_policy(base, "cpu")
    adapt(policy, policy_ref(artifact.ref), LoraOptions(rank=2))
    save_policy(policy, tmp_path / "adapter", "r")
    look(miniature, tmp_path / "adapter")
    digest = policy_ref(artifact.ref).digest
    rmtree(tmp_path / "base")
    with Attempt(str(tmp_path / "base")) as attempt:
        save_policy(make_policy(["def f(x):"], TINY, 1), attempt.part("policy", "Policy/1"), "r")
        other = policy_ref(attempt.commit().ref).digest
    told = f"The adapter in {tmp_path}/adapter belongs to the policy {digest[:12]}, and .* holds {other[:12]}: bring"
    with pytest.raises(UserError, match=told):
        look(miniature, tmp_path / "adapter")
