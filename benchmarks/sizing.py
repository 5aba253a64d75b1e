"""What policies of 0.5 to 32 billion parameters take of a cluster, by the numbers of `astor doctor` and of the plan.

    python benchmarks/sizing.py

Nothing is measured. Each size is the packaged recipe `qwen2.5-coder-7b` with a model of Qwen2.5's configuration and
without weights. It prints the tables of docs/platform.md; the last line is JSON.
"""

import json
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astor.policies.options import LoraOptions
from astor.policies.size import HALF, PolicySize
from astor.recipe.advice import fits
from astor.recipe.estimate import JUDGED_IN, sandbox_cores
from astor.recipe.footprint import footprint
from astor.recipe.load import load_recipe
from astor.recipe.memory import checkpoint_bytes, policy_bytes, training_of
from astor.recipe.overhead import Granularity
from astor.recipe.recipe import Recipe
from astor.run.cluster_cost import cluster_cost
from astor.training.options import TorchOptions

SIZES = {
    "0.5B": PolicySize(494_032_768, 24, 896, 4864, 151_936, 256, 32_768),
    "1.5B": PolicySize(1_543_714_304, 28, 1536, 8960, 151_936, 512, 32_768),
    "7B": PolicySize(7_615_616_512, 28, 3584, 18_944, 152_064, 1024, 32_768),
    "14B": PolicySize(14_770_033_664, 48, 5120, 13_824, 152_064, 2048, 32_768),
    "32B": PolicySize(32_763_876_352, 64, 5120, 27_648, 152_064, 2048, 32_768),
}
"""Of Qwen2.5, as its configurations have them."""
PROMPT = 1024
"""Tokens of a prompt, as in the table of docs/doctor.md."""
CARDS: dict[str, tuple[int, Granularity]] = {
    "80 GB": (80 * 10**9, "step"),
    "80 GB beside vLLM": (80 * 10**9, "segment"),
    "141 GB": (141 * 10**9, "step"),
}
"""Name → bytes, and the granularity: a segment starts vLLM on the GPUs that it updates on."""
NODE = (1, 2, 4, 8)
"""GPUs of one node, on which an update runs."""
GRANULARITIES: tuple[Granularity, ...] = ("segment", "step")
ADAPTER = TorchOptions(lora=LoraOptions(), gradient_checkpointing=True)
GB = 1e9
Row = dict[str, Any]


def recipe_of(size: PolicySize, gpus: int, directory: Path) -> Recipe:
    """The recipe, with a model that has all but its weights."""
    shape = {"hidden_size": size.hidden_size, "intermediate_size": size.mlp_size, "num_hidden_layers": size.layers}
    shape |= {"num_attention_heads": 1, "head_dim": 64, "num_key_value_heads": size.keys // 128}
    shape |= {"vocab_size": size.vocabulary, "max_position_embeddings": size.context or 0}
    (directory / "config.json").write_text(json.dumps(shape))
    header = json.dumps({"all": {"dtype": "BF16", "shape": [size.parameters], "data_offsets": [0, 0]}}).encode()
    (directory / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    pool = {"cluster.pools.train.accelerators": gpus, "cluster.pools.rollout.accelerators": gpus}
    return load_recipe("qwen2.5-coder-7b", {"policy.path": str(directory), **pool})


def least(recipe: Recipe, size: PolicySize, limit: int) -> int | None:
    """GPUs of one node that hold an update of all weights; None where eight do not."""
    return next((gpus for gpus in NODE if fits(recipe, size, PROMPT, limit, gpus)), None)


def memory_row(recipe: Recipe, size: PolicySize) -> Row:
    """GB, and how many GPUs."""
    checkpoint = checkpoint_bytes(recipe, size)
    adapter = recipe.model_copy(update={"training": ADAPTER})
    return {
        "adapter": footprint(size, training_of(adapter, size, PROMPT, gpus=1)).peak / GB,
        **{
            card: least(recipe.model_copy(update={"granularity": granularity}), size, limit)
            for card, (limit, granularity) in CARDS.items()
        },
        "vllm": HALF * size.parameters / GB,
        "keys": HALF * size.layers * size.keys * 1000 / GB,
        "cache": (2 * checkpoint + policy_bytes(size)) / GB,
    }


def rows() -> Iterator[tuple[str, Row]]:
    """Of each size; without its rounds where no node holds an update."""
    any_size = load_recipe("qwen2.5-coder-7b")
    with tempfile.TemporaryDirectory() as place:
        for name, size in SIZES.items():
            held = memory_row(any_size, size)
            gpus = held["80 GB"] or held["141 GB"]
            if gpus is None:
                yield name, held
                continue
            recipe = recipe_of(size, gpus, Path(place))
            segment, step = (cluster_cost(recipe, granularity) for granularity in GRANULARITIES)
            assert segment.traffic, "its size is known"
            assert step.traffic, "its size is known"
            assert segment.time, "there are GPUs"
            yield (
                name,
                held
                | {
                    "gpus": gpus,
                    "segment": [count / GB for count in segment.traffic],
                    "step": [count / GB for count in step.traffic],
                    "hours": segment.time.accelerator_hours,
                    "shares": [segment.share, step.share],
                },
            )


def table(head: tuple[str, ...], lines: list[list[str]]) -> list[str]:
    """Markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines)]


def number(value: float) -> str:
    """Two digits, or all that are before the point."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def tables(found: dict[str, Row]) -> list[list[str]]:
    """Those of docs/platform.md, line by line."""
    memory = [
        [
            *(name, number(row["adapter"]), *(str(row[card] or "none") for card in CARDS)),
            *(number(row["vllm"]), f"{row['keys']:.3f}", number(row["cache"])),
        ]
        for name, row in found.items()
    ]
    rounds = [
        [
            *(name, str(row["gpus"]), *(" and ".join(map(number, row[way])) for way in ("segment", "step"))),
            *(f"{row['hours']:.2g}", *(f"{share:.1%}" for share in row["shares"])),
        ]
        for name, row in found.items()
        if "gpus" in row
    ]
    each = sandbox_cores(load_recipe("qwen2.5-coder-7b"))
    sandbox = [[f"{count:,}", f"{each:.3f}", number(count * each)] for count in (256, 512, 1024, 2048)]
    gpus = (f"GPUs of {card}" for card in CARDS)
    return [
        table(("policy", "adapter, GB of one GPU", *gpus, "vLLM, GB", "1,000 tokens, GB", "cache, GB"), memory),
        table(
            ("policy", "GPUs", "S3 by segment, GB", "S3 by step, GB", "GPU hours", "idle by segment", "idle by step"),
            rounds,
        ),
        table(("rollouts a round", "cores a rollout", f"cores, judged in {JUDGED_IN:.0f} s"), sandbox),
    ]


def main() -> None:
    found = dict(rows())
    for lines in tables(found):
        print("\n".join(lines), end="\n\n")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
