"""What an update takes of a device, and what to change where that is too much."""

import pytest

from astor.policies.options import LoraOptions
from astor.policies.size import PolicySize
from astor.recipe.advice import advise, fits
from astor.recipe.footprint import Training, footprint, lora_parameters
from astor.recipe.load import load_recipe
from astor.recipe.memory import server_share, training_of, update_processes
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.options import TorchOptions

ONE_AND_A_HALF = PolicySize(1_543_714_304, 28, 1536, 8960, 151_936, 512, 32_768)
SEVEN = PolicySize(7_615_616_512, 28, 3584, 18_944, 152_064, 1024, 32_768)
CARD = 80 * 10**9
LORA = LoraOptions()


def training(size: PolicySize, ranks: int = 1, **options: object) -> Training:
    """Of 8 rollouts of 1,024 + 1,024 tokens on a GPU; with a `stage` by DeepSpeed."""
    kind = DeepSpeedOptions if "stage" in options else TorchOptions
    return Training.of(kind.model_validate(options), size, 8, 1024, 1024, 64, bf16=True, ranks=ranks)


def peak(size: PolicySize, ranks: int = 1, **options: object) -> int:
    return footprint(size, training(size, ranks, **options)).peak


def test_what_fits_one_card_of_80_gb() -> None:
    assert peak(ONE_AND_A_HALF) < CARD
    assert peak(ONE_AND_A_HALF, gradient_checkpointing=True) < peak(ONE_AND_A_HALF) / 1.5
    assert peak(SEVEN, gradient_checkpointing=True) > CARD
    assert peak(SEVEN, lora=LORA, gradient_checkpointing=True) < CARD / 2
    assert peak(SEVEN, stage=3, ranks=8, gradient_checkpointing=True) < 0.6 * CARD


def test_each_stage_of_zero_shares_more() -> None:
    peaks = [peak(SEVEN, stage=stage, ranks=8) for stage in (1, 2, 3)]
    assert peaks == sorted(peaks, reverse=True)


def test_masters_and_moments_of_an_adapter_are_shared_by_zero_and_frozen_weights_by_its_last_stage() -> None:
    second, third, alone = (
        footprint(SEVEN, training(SEVEN, ranks, stage=stage, lora=LORA)) for stage, ranks in ((2, 8), (3, 8), (2, 1))
    )
    frozen = 2 * SEVEN.parameters
    assert second.weights - frozen == pytest.approx((alone.weights - frozen) / 8, abs=1)
    assert second.moments == pytest.approx(alone.moments / 8, abs=1)
    assert third.weights == pytest.approx(alone.weights / 8, abs=2)
    assert {each.reference for each in (second, third, alone)} == {0}


def test_the_last_stage_of_zero_shares_out_the_reference_policy() -> None:
    """An eighth of 2 bytes for each parameter, and of the 18 of weights, gradients and moments."""
    second, third = (footprint(SEVEN, training(SEVEN, 8, stage=stage)) for stage in (2, 3))
    assert second.reference == 2 * SEVEN.parameters
    assert third.certain == pytest.approx(20 / 8 * SEVEN.parameters)


def test_an_offloaded_reference_policy_takes_what_activations_do_not() -> None:
    shared, offloaded = (
        footprint(SEVEN, training(SEVEN, 8, stage=3, gradient_checkpointing=True, reference=kind))
        for kind in ("shared", "offloaded")
    )
    assert shared.reference == 2 * SEVEN.parameters // 8
    assert offloaded.reference + offloaded.activations == 2 * SEVEN.parameters
    assert peak(SEVEN, reference="offloaded") == peak(SEVEN, reference="bf16") - 2 * SEVEN.parameters


def test_logits_are_bounded_whatever_the_vocabulary_and_the_batch_are() -> None:
    for size in (ONE_AND_A_HALF, ONE_AND_A_HALF._replace(vocabulary=500_000)):
        assert footprint(size, training(size, lora=LORA)).logits < 10**9


def test_chunks_of_logits_are_alike() -> None:
    size = ONE_AND_A_HALF._replace(vocabulary=150_000)  # of whose logits 447 positions may be there at once
    short = Training.of(TorchOptions(lora=LORA), size, 8, 16, 32, 2, bf16=True)
    assert short.answered == 512
    assert footprint(size, short).logits == 3 * 4 * 256 * 150_000


def test_the_parameters_of_an_adapter_are_those_of_peft() -> None:
    # 18,464,768 says peft of Qwen2.5-1.5B with rank 16 on all maps of its blocks.
    assert lora_parameters(ONE_AND_A_HALF, 16, LORA.targets) == 18_464_768


@pytest.mark.parametrize(
    ("processes", "gpus", "ranks"), [(None, 8, 8), (2, 8, 2), (16, 8, 16), (None, 0, 2), (3, 0, 3)]
)
def test_deepspeed_shares_among_its_processes_or_else_all_gpus_or_the_recipes_processes(
    processes: int | None, gpus: int, ranks: int
) -> None:
    deepspeed = {"type": "deepspeed", "stage": 3, "processes": processes}
    recipe = load_recipe("miniature", {"training": deepspeed, "processes": 2})
    assert update_processes(recipe, gpus) == training_of(recipe, SEVEN, 1024, gpus).ranks == ranks


def test_an_update_that_overlaps_leaves_a_gpu_to_what_samples() -> None:
    overlaps = {"training": {"type": "deepspeed", "loss": {"importance_cap": 2.0}}, "staleness": 1}
    assert [update_processes(load_recipe("miniature", overlaps), gpus) for gpus in (8, 1)] == [7, 1]
    started = {"type": "openai", "vllm_python": "p", "hand_over": "reload"}
    both = load_recipe("miniature", overlaps | {"rollout": started})
    assert [server_share(both, gpus) for gpus in (8, 1)] == [0.0, 0.92]
    assert server_share(load_recipe("miniature", {"rollout": started}), 8) == 0.92


def test_what_a_recipe_has_already_is_not_advised() -> None:
    def way(gigabytes: int, gpus: int, **training: object) -> str | None:
        recipe = load_recipe("miniature", {"batch": {"prompts": 128, "rollouts": 8}, "training": training})
        return advise(recipe, SEVEN, 1024, gigabytes * 10**9, gpus)

    has = {"gradient_checkpointing": True, "reference": "offloaded", "tokens_per_micro_batch": 24}
    assert way(80, 8, **has) == "training.type: deepspeed with stage: 3"
    deepspeed = {"type": "deepspeed", "stage": 3, "gradient_checkpointing": True}
    assert way(48, 8, **deepspeed, processes=2) == "training.processes: 8"
    assert way(2, 8, **deepspeed, lora={"rank": 8}) is None
    assert "offloaded" not in (way(24, 8, **deepspeed, precision="fp32") or "")


@pytest.mark.parametrize("training", [{}, {"type": "deepspeed", "stage": 2}, {"type": "deepspeed", "stage": 3}])
def test_a_reference_policy_that_can_be_shared_out_is_not_offloaded(training: dict) -> None:
    """Offloaded it would be on each GPU as a whole."""
    recipe = load_recipe("miniature", {"batch": {"prompts": 128, "rollouts": 8}, "training": training})
    for gigabytes in range(4, 80, 4):
        assert "offloaded" not in (advise(recipe, SEVEN, 1024, gigabytes * 10**9, 8) or "lora")


@pytest.mark.parametrize(
    ("size", "gigabytes", "gpus", "way"),
    [
        (ONE_AND_A_HALF, 40, 1, "training.gradient_checkpointing: true"),
        (ONE_AND_A_HALF, 24, 1, "lora"),
        (SEVEN, 80, 8, "stage: 3"),
        (SEVEN, 8, 1, None),
    ],
)
def test_the_least_change_that_helps_is_advised(size: PolicySize, gigabytes: int, gpus: int, way: str | None) -> None:
    recipe = load_recipe("miniature", {"batch": {"prompts": 128, "rollouts": 8}})
    limit = gigabytes * 10**9
    assert not fits(recipe, size, 1024, limit, gpus)
    advice = advise(recipe, size, 1024, limit, gpus)
    assert advice == way if way is None else way in advice
