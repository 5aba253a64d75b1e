"""What lies in each of DeepSpeed's ranks between two updates, against what the plan counts on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from astor.policies.card import policy_ref
from astor.policies.policy import load_policy, save_policy
from astor.policies.ranks import Ranks
from astor.policies.size import size_of_directory
from astor.recipe.footprint import Training, footprint
from astor.storage import Attempt
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engine import ReferencePolicy
from tests.training.live_tensors import live_bytes

pytest.importorskip("deepspeed", reason="these tests need DeepSpeed: pip install 'astor-rl[deepspeed]'")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

BUCKET = 4 * 50_000_000
"""Bytes of the one buffer that gradients are reduced in, whatever the policy's size."""


@pytest.mark.parametrize("stage", [1, 3])  # with 2 gradients are dropped between updates
def test_a_rank_holds_its_share_and_the_reference_policy_that_only_the_last_stage_shares_out(
    stage: int, make_policy: Callable, play: Callable, tmp_path: Path
) -> None:
    policy = make_policy(layers=6, hidden=256)
    policy.chat.tokenizer.chat_template = "{{ messages[0].content }}"
    with Attempt(str(tmp_path / "base")) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="")
        artifact = attempt.commit()
    first = artifact.part("policy")
    held_to = ReferencePolicy(
        ref=policy_ref(artifact.ref), directory=lambda: first, weights=lambda: pytest.fail("no rank asks for it")
    )
    options = DeepSpeedOptions(stage=stage, processes=2, engine_tolerance_bf16=100.0)
    engine = options.make(first, held_to, None, Ranks(1, threads=1))
    try:
        round = play(load_policy(first))
        engine.update(round.completions, round.groups, round.batch)
        found = engine._torchrun.call(live_bytes)
    finally:
        engine.close()
    size = size_of_directory(first)
    assert size is not None
    planned = footprint(size, Training.of(options, size, 4, 5, 6, 5, bf16=True, ranks=2))
    for rank in found:
        assert sum(each for each in rank if each < BUCKET) == pytest.approx(planned.certain, rel=0.1)
