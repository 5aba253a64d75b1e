"""Policies and adapters as runs commit them."""

import json
from copy import deepcopy
from pathlib import Path

import torch
from safetensors.torch import save_file

from astor.policies.card import write_card
from astor.policies.policy import Policy, save_policy
from astor.records import PolicyCard
from astor.storage import Attempt, PolicyRef, digest_directory


def commit(directory: Path, policy: Policy) -> PolicyRef:
    with Attempt(str(directory)) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="r")
        artifact = attempt.commit()
    return PolicyRef(policy.ref.digest, policy.ref.lineage, artifact.ref)


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
