"""What a cluster costs: pods against work, S3, accelerators."""

import json
import struct
from pathlib import Path

import pytest

from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe
from astor.run.cluster_cost import cluster_cost
from astor.run.pace import Pace

QWEN2_1B = {"hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28, "num_attention_heads": 12}
QWEN2_1B |= {"num_key_value_heads": 2, "vocab_size": 151936, "max_position_embeddings": 32768}
QWEN2_7B = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28}
QWEN2_7B |= {"num_key_value_heads": 4, "vocab_size": 152064, "max_position_embeddings": 32768}
QWEN3_8B = {"hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 36, "num_attention_heads": 32}
QWEN3_8B |= {"num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "max_position_embeddings": 40960}
LARGE = {
    "1.5B": ("qwen2.5-coder-7b", QWEN2_1B, 1_543_714_304, {"cluster.pools.train.accelerators": 1}),
    "7B": ("qwen2.5-coder-7b", QWEN2_7B, 7_615_616_512, {}),
    "8B": ("qwen3-8b", QWEN3_8B, 8_190_735_360, {}),
}
"""Packaged recipe, configuration and parameters of its model, and what is set otherwise."""
PACE = Pace(
    run="a",
    rounds=9,
    first=100.0,
    plan=1.0,
    round=30.0,
    sampled=12.0,
    trained=18.0,
    evaluation=10.0,
    promote=5.0,
    tokens=3e5,
)


def recipe_of(name: str, directory: Path, **overrides: object) -> Recipe:
    """A recipe with a model that has all but its weights."""
    recipe, config, parameters, given = LARGE[name]
    (directory / "config.json").write_text(json.dumps(config))
    header = json.dumps({"all": {"dtype": "BF16", "shape": [parameters], "data_offsets": [0, 0]}}).encode()
    (directory / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    return load_recipe(recipe, {"policy.path": str(directory), **given, **overrides})


@pytest.mark.parametrize("name", LARGE)
def test_recipes_of_large_models_lose_less_than_a_tenth_to_the_cluster(name: str, tmp_path: Path) -> None:
    recipe = recipe_of(name, tmp_path)
    cost = cluster_cost(recipe, recipe.granularity)
    assert not cost.is_measured
    assert cost.share is not None
    assert 0 < cost.share < 0.1
    alone = cluster_cost(recipe, "step")
    assert alone.share is None or alone.share > 0.5, "four tasks a round are for rounds of a quarter of an hour"


def test_a_measured_pace_takes_the_place_of_the_estimate(tmp_path: Path) -> None:
    cost = cluster_cost(recipe_of("7B", tmp_path), "segment", PACE)
    assert cost.is_measured
    assert cost.time is not None
    assert cost.time.seconds == 100 + 400 * 30 + 11 * 10 + 5
    assert cost.time.accelerator_hours == pytest.approx(8 * 30 / 3600), "the pool is held for the whole round"
    assert cost.share == pytest.approx(510 / (510 + cost.time.seconds))
    pools = {"cluster.pools.rollout.accelerators": 2, "cluster.pools.train.accelerators": 4}
    steps = cluster_cost(recipe_of("7B", tmp_path, **pools), "step", PACE).time
    assert steps is not None
    assert steps.accelerator_hours == pytest.approx((2 * 12 + 4 * 18) / 3600), "each pool while its task runs"


def test_segments_fetch_once_what_steps_fetch_in_every_round(tmp_path: Path) -> None:
    recipe = recipe_of("7B", tmp_path, rounds_per_segment=20, checkpoint_every=10)
    weights = 4 * 7_615_616_512
    segment, step = (cluster_cost(recipe, granularity).traffic for granularity in ("segment", "step"))
    assert segment is not None
    assert step is not None
    assert segment.up == pytest.approx(2 * 4 * weights / 20, rel=0.01), "policy, masters and moments, twice"
    assert segment.down == pytest.approx(5 * weights / 20, rel=0.01), "those and the reference policy"
    assert step.up == pytest.approx(4 * weights, rel=0.01)
    assert step.down == pytest.approx((1 + 1 / 50 + 4 + 1) * weights, rel=0.01), "the policy for the rollout, too"
    claimed = cluster_cost(recipe_of("7B", tmp_path, **{"cluster.pools.train.claim": "trainer"}), "step").traffic
    assert claimed is not None
    assert step.down - claimed.down == weights, "the claim has the reference policy"


def test_a_policy_of_unknown_size_is_not_guessed() -> None:
    cost = cluster_cost(load_recipe("qwen2.5-coder-7b"), "segment")
    assert (cost.time, cost.share, cost.traffic) == (None, None, None)
    assert cost.overhead.seconds > 0


def test_the_sandbox_is_sized_by_answers_that_run_into_their_limit() -> None:
    small, large = (
        cluster_cost(load_recipe("miniature", {"sandbox.limits.cpu_seconds": seconds}), "segment").sandbox_cores
        for seconds in (2.0, 4.0)
    )
    assert small == pytest.approx((0.9 * 0.01 + 0.1 * 2) / 10)
    assert large == pytest.approx(small + 0.02)
