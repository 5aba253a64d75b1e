"""An adapter is trained, saved, continued and merged; its base is the reference policy."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from astor.errors import UserError
from astor.policies.adapted import adapt, write_merged
from astor.policies.card import policy_directory, policy_ref
from astor.policies.live import find_weights
from astor.policies.logprobs import completion_logps
from astor.policies.lora import adapter_off, adapter_weights
from astor.policies.options import LoraOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.ranks import Ranks, World
from astor.storage import Attempt, PolicyRef
from astor.training.engine import ReferencePolicy
from astor.training.engines.ranked import RankedEngine
from astor.training.options import TorchOptions
from astor.training.reference import Reference

LORA = LoraOptions(rank=2, alpha=4)
OPTIONS = TorchOptions.model_validate(
    {"optimizer": {"learning_rate": 0.02, "warm_up_steps": 0}, "lora": LORA, "gradient_checkpointing": True}
)


@pytest.fixture
def base(make_policy: Callable, tmp_path: Path) -> PolicyRef:
    return commit(make_policy(), str(tmp_path / "store/cache/policies/base"))


def commit(policy: Policy, place: str) -> PolicyRef:
    policy.chat.tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    with Attempt(place) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), "")
        return policy_ref(attempt.commit().ref)


def make_engine(base: PolicyRef, policy: Path, trainer: Path | None = None) -> RankedEngine:
    unasked = ReferencePolicy(ref=base, directory=lambda: pytest.fail("asked"), weights=lambda: pytest.fail("asked"))
    return RankedEngine(Ranks(size=1, threads=1), policy, unasked, OPTIONS, trainer)


def logps(policy: Policy) -> torch.Tensor:
    with torch.no_grad():
        return completion_logps(policy.model, [[2, 3, 4], [5]], [[[7, 8, 9]], [[10, 11]]], 1.0)[0]


def test_an_adapter_alone_is_trained_saved_and_continued_bit_for_bit(
    base: PolicyRef, play: Callable, tmp_path: Path
) -> None:
    first = policy_directory(base.committed.uri)
    engine, found = make_engine(base, first), []
    start = logps(engine.policy)
    assert torch.equal(start, logps(load_policy(first))), "before the first step it is its base"
    for number in range(2):
        round = play(engine.policy, number, rollouts=8)
        report = engine.update(round.completions, round.groups, round.batch, sketch="gradient")
    assert report.tasks["a"].kl > 0
    assert any(any(half) for half in report.sketches["a"]), "the adapter's maps are sketched"
    assert not torch.allclose(logps(engine.policy), start)
    with adapter_off(engine.policy.model):
        assert torch.equal(logps(engine.policy), start), "the reference policy is the base"

    saved = tmp_path / "store/runs/r/rounds/2/checkpoint"
    engine.card = engine.card.updated("")
    with Attempt(str(saved)) as attempt:
        engine.save_policy(attempt.part("policy", "Policy/1"), "")
        engine.save_trainer(attempt.part("trainer", "TrainerState/1"))
        artifact = attempt.commit()
    assert engine.card.kind == "adapter"
    digest = engine.card.digest
    weights = sum(weight.numel() for weight in adapter_weights(engine.policy.model).values())
    sizes = [path.stat().st_size for path in artifact.part("trainer").glob("*.safetensors")]
    assert sum(sizes) < 3 * 4 * weights + 20_000, "the checkpoint is the adapter and its moments"

    resumed = make_engine(base, artifact.part("policy"), artifact.part("trainer"))
    assert torch.equal(logps(resumed.policy), logps(engine.policy))
    assert torch.equal(logps(find_weights(World(), policy_ref(artifact.ref))), logps(engine.policy))
    round = play(engine.policy, 2, rollouts=8)
    for each in (engine, resumed):
        found.append(each.update(round.completions, round.groups, round.batch))
    assert found[0] == found[1]
    assert torch.equal(logps(resumed.policy), logps(engine.policy))

    (tmp_path / "merged").mkdir()
    write_merged(artifact.part("policy"), tmp_path / "merged")
    merged = load_policy(tmp_path / "merged")
    assert merged.lora is None
    assert merged.card.kind == "full"
    torch.testing.assert_close(logps(merged), logps(load_policy(artifact.part("policy"))), atol=1e-5, rtol=0)

    (tmp_path / "store").rename(tmp_path / "moved")
    moved = policy_directory(str(tmp_path / "moved/runs/r/rounds/2/checkpoint"))
    assert load_policy(moved).card.digest == digest


def test_an_adapter_of_another_base_is_refused(base: PolicyRef, make_policy: Callable, tmp_path: Path) -> None:
    other = commit(make_policy(seed=4), str(tmp_path / "other"))
    with pytest.raises(UserError, match=f"belongs to the policy {base.digest[:12]}, and the reference policy is"):
        make_engine(other, policy_directory(base.committed.uri))
    policy = load_policy(policy_directory(base.committed.uri))
    adapt(policy, PolicyRef(base.digest, base.lineage, other.committed), LORA)
    (tmp_path / "adapter").mkdir()
    save_policy(policy, tmp_path / "adapter", "")
    with pytest.raises(UserError, match=f"belongs to the policy {base.digest[:12]}, and .*other holds"):
        load_policy(tmp_path / "adapter")


def test_maps_that_a_model_does_not_have_are_named(base: PolicyRef) -> None:
    policy = load_policy(policy_directory(base.committed.uri))
    with pytest.raises(UserError, match=r"none of the maps c_attn \(training\.lora\.targets\)"):
        adapt(policy, base, LoraOptions(targets=("c_attn",)))


def test_an_adapters_base_is_never_moved_away(base: PolicyRef) -> None:
    policy = load_policy(policy_directory(base.committed.uri))
    adapt(policy, base, LORA)
    policy.model.to("meta")  # which stands for a GPU: nothing comes back from it
    with Reference(None, policy, "offloaded").at_hand():
        assert policy.device.type == "meta"
    assert policy.device.type == "meta"


def test_a_reference_policy_of_half_the_size_differs_by_its_rounding(base: PolicyRef, play: Callable) -> None:
    directory, found = policy_directory(base.committed.uri), []
    for kind in ("shared", "offloaded"):
        held_to = ReferencePolicy(ref=base, directory=lambda: directory, weights=lambda: load_policy(directory))
        options = OPTIONS.model_copy(update={"lora": None, "reference": kind})
        engine = RankedEngine(Ranks(size=1, threads=1), directory, held_to, options, None)
        round = play(engine.policy, prompts={"a": [[2, 3, 4]]})
        found.append(engine.update(round.completions, round.groups, round.batch).tasks["a"].kl)
    assert found[0] == 0 < found[1] < 1e-3
