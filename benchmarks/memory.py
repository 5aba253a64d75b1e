"""Peak memory of an update, measured by tracked tensors against what `astor doctor` predicts, at a large vocabulary.

    python benchmarks/memory.py

A Llama of random weights trains on one made-up round on the CPU, once for each way of training. A dispatch mode adds up
the bytes of all storages that are alive, which on a GPU are those that the allocator gives out; `bf16` computes under
autocast, as on CUDA. The prediction is made from the configuration alone. Then the same prediction for policies of 0.5,
1.5 and 7 billion parameters, 8 rollouts of 1,024 + 1,024 tokens. The last line is JSON, in bytes.
"""

import argparse
import json
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from tokenizers import Tokenizer, models
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from astor.policies import logprobs
from astor.policies.lora import add_adapter
from astor.policies.options import LoraOptions
from astor.policies.policy import Policy
from astor.policies.size import PolicySize
from astor.recipe.footprint import Footprint, Training, footprint
from astor.records import Batch, BatchRow, Completion, Group
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engines.torch import TorchEngine
from astor.training.options import TorchOptions

CARD = 80 * 10**9
LORA = LoraOptions()
QWEN = {
    "0.5B": PolicySize(494_032_768, 24, 896, 4864, 151_936, 256, 32_768),
    "1.5B": PolicySize(1_543_714_304, 28, 1536, 8960, 151_936, 512, 32_768),
    "7B": PolicySize(7_615_616_512, 28, 3584, 18_944, 152_064, 1024, 32_768),
}
"""Sizes of Qwen2.5, whose configurations they are from."""


class Tracker(TorchDispatchMode):
    """Bytes of the storages that are alive, and the most there were."""

    def __init__(self) -> None:
        super().__init__()
        self.alive = self.peak = 0
        self._known: set[int] = set()

    def add(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._known:
            self._known.add(storage._cdata)
            self.alive += storage.nbytes()
            self.peak = max(self.peak, self.alive)
            weakref.finalize(storage, self._drop, storage._cdata, storage.nbytes())

    def _drop(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.alive -= size

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor):
                self.add(leaf)
        return out


def make_policy(vocabulary: int, hidden: int, layers: int, mlp: int) -> Policy:
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=mlp,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
    )
    torch.manual_seed(0)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a")))
    tokenizer.eos_token = "b"
    return Policy(LlamaForCausalLM(config).eval(), tokenizer)


def make_round(prompts: int, rollouts: int, prompt: int, answer: int) -> tuple[list[Completion], list[Group], Batch]:
    """A round of made-up answers, every one as long as it may be."""
    names = [f"p{number}" for number in range(prompts)]
    tokens = tuple(2 + place % 90 for place in range(answer))
    completions = [
        Completion(
            prompt_id=name,
            rollout=rollout,
            task="a",
            policy_digest="",
            prompt_tokens=tuple(2 + place % 70 for place in range(prompt)),
            tokens=tokens,
            logp_rollout=(-11.0,) * answer,
            loss_mask=(True,) * answer,
            text="",
            finish_reason="length",
        )
        for name in names
        for rollout in range(rollouts)
    ]
    rewards = tuple(float(rollout % 2) for rollout in range(rollouts))
    advantages = tuple(2 * reward - 1 for reward in rewards)
    groups = [
        Group(prompt_id=name, task="a", rewards=rewards, advantages=advantages, informative=True, kept=True)
        for name in names
    ]
    rows = tuple(BatchRow(prompt_id=name, task="a", rollouts=rollouts, max_tokens=answer) for name in names)
    batch = Batch(
        round=0,
        policy_digest=None,
        seed=0,
        temperature=1.0,
        rows=rows,
        quotas={"a": prompts},
        kl_coefficients={"a": 1e-3},
    )
    return completions, groups, batch


def measure(way: dict[str, Any], shape: dict[str, int], size: dict[str, int], bf16: bool) -> int:
    """Peak bytes of the second update, when there are moments."""
    options = TorchOptions.model_validate({**way, "mini_batches": 1, "engine_tolerance": 1e9})
    torch.set_num_threads(1)
    policy, reference = make_policy(**size), None if options.lora else make_policy(**size)
    if options.lora:
        add_adapter(policy.model, options.lora, seed=0)
        policy.lora = options.lora
    engine = TorchEngine(policy, reference, options)
    tracker = Tracker()
    autocast: Callable[[Any], AbstractContextManager[None]] = lambda _: torch.autocast("cpu", torch.bfloat16)  # noqa: E731
    kept, logprobs.precision = logprobs.precision, autocast if bf16 else logprobs.precision
    for policy_or_none in (policy, reference):
        for weight in policy_or_none.model.parameters() if policy_or_none else ():
            tracker.add(weight.data)
    with tracker:
        for _ in range(2):
            engine.update(*make_round(**shape))
    logprobs.precision = kept
    return tracker.peak


def tell(name: str, found: Footprint) -> dict[str, Any]:
    told = {**found._asdict(), "peak": found.peak, "fits_80_gb": found.peak < CARD}
    print(
        f"{name:<34} {found.peak / 1e9:6.1f} GB  " + ", ".join(f"{k} {v / 1e9:.1f}" for k, v in found._asdict().items())
    )
    return told


SHAPES = {
    "wide": ({"vocabulary": 150_000, "hidden": 32, "layers": 2, "mlp": 64}, {"prompt": 16, "answer": 32}),
    "deep": ({"vocabulary": 1_000, "hidden": 128, "layers": 8, "mlp": 512}, {"prompt": 64, "answer": 48}),
}
"""Sizes of a policy and lengths of its texts: one whose logits count, one whose layers do."""
WAYS: dict[str, dict[str, Any]] = {
    "full": {},
    "checkpointing": {"gradient_checkpointing": True},
    "lora": {"lora": LORA},
    "lora, checkpointing": {"lora": LORA, "gradient_checkpointing": True},
}


def compare(shape: str, way: str, bf16: bool) -> dict[str, float]:
    """What is measured and what is predicted, in bytes."""
    size, lengths = SHAPES[shape]
    policy = PolicySize(
        sum(weight.numel() for weight in make_policy(**size).model.parameters()),
        size["layers"],
        size["hidden"],
        size["mlp"],
        size["vocabulary"],
        size["hidden"],  # half as many heads for keys and values as for queries
        4096,
    )
    options = TorchOptions.model_validate(WAYS[way])
    training = Training.of(options, policy, 8, lengths["prompt"], lengths["answer"], 2, bf16=bf16)
    # On the CPU frozen weights stay fp32.
    predicted = footprint(policy, training).peak + (2 * policy.parameters if bf16 and options.lora else 0)
    measured = measure(WAYS[way], {"prompts": 2, "rollouts": 8, **lengths}, size, bf16)
    name = f"{shape}, {way}, {'bf16' if bf16 else 'fp32'}"
    print(f"{name:<34} measured {measured / 1e6:8.1f} MB, predicted {predicted / 1e6:8.1f} MB", flush=True)
    return {"measured": measured, "predicted": predicted, "ratio": round(predicted / measured, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", nargs="*", choices=SHAPES, default=list(SHAPES))
    shapes = parser.parse_args().shapes
    measured = {
        f"{shape}, {way}, {'bf16' if bf16 else 'fp32'}": compare(shape, way, bf16)
        for shape in shapes
        for bf16 in (False, True)
        for way in WAYS
    }
    plans: dict[str, Any] = {}
    for name, large in QWEN.items():
        for way, options, ranks in (
            ("full", TorchOptions(reference="bf16", gradient_checkpointing=True), 1),
            ("lora", TorchOptions(lora=LORA, gradient_checkpointing=True), 1),
            ("full, ZeRO 3 on 8", DeepSpeedOptions(stage=3, gradient_checkpointing=True), 8),
        ):
            training = Training.of(options, large, 8, 1024, 1024, 64, bf16=True, ranks=ranks)
            plans[f"{name}, {way}"] = tell(f"{name}, {way}", footprint(large, training))
    print(json.dumps({"measured": measured, "plans": plans}))


if __name__ == "__main__":
    main()
