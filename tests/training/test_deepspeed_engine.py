"""DeepSpeed's ranks on CPUs, against the engine with torch on the same rounds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from astor.policies.adapted import merge
from astor.policies.card import policy_ref
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.ranks import Ranks
from astor.storage import Attempt
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engine import ReferencePolicy, UpdateEngine
from astor.training.engines import zero_rank
from astor.training.options import TorchOptions, TrainingOptions
from astor.training.trainer_state import TrainerState

pytest.importorskip("deepspeed", reason="these tests need DeepSpeed: pip install 'astor-rl[deepspeed]'")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

COMMON = {"optimizer": {"learning_rate": 1e-3, "warm_up_steps": 2}, "epochs": 2, "loss": {"aggregation": "balanced"}}


def deepspeed(**changes: object) -> DeepSpeedOptions:
    return DeepSpeedOptions.model_validate({"type": "deepspeed", "precision": "fp32", **COMMON, **changes})


@pytest.fixture
def held_to(policy: Policy, reference: Policy, tmp_path: Path) -> ReferencePolicy:
    """The reference policy, committed as the first policy."""
    policy.chat.tokenizer.chat_template = "{{ messages[0].content }}"
    with Attempt(str(tmp_path / "base")) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="")
        artifact = attempt.commit()
    return ReferencePolicy(
        ref=policy_ref(artifact.ref), directory=lambda: artifact.part("policy"), weights=lambda: reference
    )


@contextmanager
def making(options: TrainingOptions, policy: Path, held_to: ReferencePolicy, trainer: Path | None = None) -> Iterator:
    engine = options.make(policy, held_to, trainer, Ranks(1, threads=1))
    try:
        yield engine
    finally:
        if isinstance(options, DeepSpeedOptions):
            engine.close()


def save(engine: UpdateEngine, directory: Path) -> Path:
    """Policy and trainer state."""
    (directory / "trainer").mkdir(parents=True)
    engine.save_policy(directory / "policy", "a recipe")
    engine.save_trainer(directory / "trainer")
    return directory


def weights(directory: Path) -> torch.Tensor:
    """Of the policy, its adapter merged into them."""
    policy = load_policy(directory)
    merge(policy)
    return torch.cat([weight.flatten() for weight in policy.model.state_dict().values()])


@pytest.mark.parametrize("lora", [None, {"rank": 2, "alpha": 8}], ids=["all weights", "adapter"])
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("stage", [1, 2, 3])
def test_it_trains_as_the_engine_with_torch_does(
    stage: int, processes: int, lora: dict | None, held_to: ReferencePolicy, play: Callable, tmp_path: Path
) -> None:
    """Whatever the stage, the ranks and the size of micro-batches: losses and norms to 1e-4, weights to 1 % of what
    they moved."""
    torch_options = TorchOptions.model_validate({**COMMON, "lora": lora})
    first = held_to.directory()
    rounds = [play(load_policy(first), number, rollouts=6) for number in range(2)]
    reports: dict[str, list] = {}
    saved = {}
    for name, options in {
        "torch": torch_options,
        "zero": deepspeed(
            stage=stage, processes=processes, lora=lora, tokens_per_micro_batch=60, gradient_checkpointing=True
        ),
    }.items():
        tolerant = options.model_copy(update={"engine_tolerance": 100.0})
        with making(tolerant, first, held_to) as engine:
            reports[name] = [
                engine.update(round.completions, round.groups, round.batch, "gradient", loss_after=True)
                for round in rounds
            ]
            saved[name] = save(engine, tmp_path / name)
    for expected, report in zip(reports["torch"], reports["zero"], strict=True):
        assert report.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-4)
        assert (report.optimizer_steps, report.learning_rate) == (expected.optimizer_steps, expected.learning_rate)
        for task, update in expected.tasks.items():
            mine = report.tasks[task]
            assert (mine.tokens, mine.sketched_groups) == (update.tokens, update.sketched_groups)
            assert mine.loss_before == pytest.approx(update.loss_before, abs=1e-4)
            assert mine.loss_after == pytest.approx(update.loss_after, abs=1e-4)
            assert mine.kl == pytest.approx(update.kl, abs=1e-4)
            assert mine.gradient_norm == pytest.approx(update.gradient_norm, rel=1e-3)
            own, theirs = (torch.tensor(one.sketches[task]) for one in (report, expected))
            assert (own - theirs).norm() <= 0.02 * theirs.norm()
    before, *after = map(weights, (first, saved["torch"] / "policy", saved["zero"] / "policy"))
    assert (after[0] - after[1]).norm() < 0.01 * (after[0] - before).norm()
    kinds = [load_policy(saved[name] / "policy").card.kind for name in saved]
    assert kinds == ["adapter" if lora else "full"] * 2
    state, expected_state = (TrainerState.load(saved[name] / "trainer") for name in ("zero", "torch"))
    assert state.shapes == expected_state.shapes, "the adapter's, where there is one"
    for name, moment in expected_state.second_moments.items():
        torch.testing.assert_close(state.second_moments[name], moment, rtol=0.01, atol=1e-7)
    assert state.weighing.squares == pytest.approx(expected_state.weighing.squares, rel=1e-3)


def test_bf16_moves_and_a_restart_after_each_of_20_updates_changes_nothing(
    held_to: ReferencePolicy, play: Callable, tmp_path: Path
) -> None:
    """At a rate at which hardly a bf16 weight moves in one step, and with other ranks and another stage at the end."""
    slow = {"optimizer": {"learning_rate": 1e-5, "warm_up_steps": 0}, "engine_tolerance_bf16": 10.0, "epochs": 1}
    bf16 = deepspeed(precision="bf16", processes=2, stage=2, mini_batches=1, **slow)
    first = held_to.directory()
    round = play(load_policy(first))
    with making(bf16, first, held_to) as undisturbed:
        for _ in range(20):
            undisturbed.update(round.completions, round.groups, round.batch)
        whole = save(undisturbed, tmp_path / "whole")
    policy, trainer = first, None
    with making(bf16, first, held_to) as engine:
        for number in range(20):
            engine._torchrun.call(zero_rank.make, policy, held_to.ref, first, bf16, trainer)
            engine.update(round.completions, round.groups, round.batch)
            saved = save(engine, tmp_path / str(number))
            policy, trainer = saved / "policy", saved / "trainer"
    assert torch.equal(weights(policy), weights(whole / "policy"))
    assert not torch.equal(weights(policy), weights(first)), "20 steps of 1e-5 move bf16 weights"
    states = [TrainerState.load(directory) for directory in (whole / "trainer", trainer)]
    for name, master in states[0].masters.items():
        assert torch.equal(states[1].masters[name], master)
    with making(bf16.model_copy(update={"processes": 1, "stage": 3}), policy, held_to, trainer) as engine:
        directory = save(engine, tmp_path / "by one")
    for name, master in TrainerState.load(directory / "trainer").masters.items():
        assert torch.equal(states[0].masters[name], master)


@pytest.mark.parametrize(("stage", "precision"), [(1, "bf16"), (2, "fp32"), (3, "bf16")])
def test_a_gradient_that_is_not_finite_changes_nothing_and_is_counted(
    stage: int, precision: str, held_to: ReferencePolicy, play: Callable, tmp_path: Path
) -> None:
    first = held_to.directory()
    round = play(load_policy(first))
    broken = [
        group.model_copy(update={"advantages": (float("inf"),) * len(group.rewards), "informative": True})
        for group in round.groups
    ]
    tolerant = {"engine_tolerance_bf16": 10.0, "epochs": 1, "loss": {}}
    with making(deepspeed(stage=stage, precision=precision, processes=1, **tolerant), first, held_to) as engine:
        before = weights(save(engine, tmp_path / "before") / "policy")
        report = engine.update(round.completions, broken, round.batch)
        assert (report.optimizer_steps, report.skipped_steps) == (0, 2)
        assert torch.equal(weights(save(engine, tmp_path / "skipped") / "policy"), before)
        report = engine.update(round.completions, round.groups, round.batch)
        assert (report.optimizer_steps, report.skipped_steps) == (2, 0)
        assert torch.isfinite(weights(save(engine, tmp_path / "after") / "policy")).all()


@pytest.mark.parametrize(("stage", "precision"), [(1, "bf16"), (2, "fp32"), (3, "fp32")])
def test_a_gradient_of_rounding_moves_nothing_and_one_above_the_limit_is_skipped(
    stage: int, precision: str, held_to: ReferencePolicy, play: Callable, make_policy: Callable, tmp_path: Path
) -> None:
    """A policy that is not its reference, which is held to it by next to nothing, and has nothing to learn."""
    other = make_policy(seed=1)
    other.chat.tokenizer.chat_template = "{{ messages[0].content }}"
    save_policy(other, tmp_path / "other", recipe_digest="")
    first = tmp_path / "other"
    idle = play(load_policy(first), kl=1e-9, reward=lambda tokens: 1.0)
    round = play(load_policy(first))
    tolerant = {"engine_tolerance_bf16": 10.0, "epochs": 1, "loss": {}, "skips_in_a_row": 9}
    optimizer = {"learning_rate": 1e-3, "warm_up_steps": 0, "gradient_limit": 1e-5}
    options = deepspeed(stage=stage, precision=precision, processes=1, **tolerant, optimizer=optimizer)
    with making(options, first, held_to) as engine:
        before = save(engine, tmp_path / "before")
        report = engine.update(idle.completions, idle.groups, idle.batch)
        assert 0 < report.gradient_norm <= 1e-6
        assert (report.optimizer_steps, report.skipped_steps) == (2, 0)
        after = save(engine, tmp_path / "after")
        assert torch.equal(weights(after / "policy"), weights(before / "policy"))
        assert not any(map(torch.any, TrainerState.load(after / "trainer").second_moments.values()))
        report = engine.update(round.completions, round.groups, round.batch)
        assert (report.optimizer_steps, report.skipped_steps) == (0, 2)
        masters = [TrainerState.load(save(engine, tmp_path / "limited") / "trainer").masters]
        masters.append(TrainerState.load(before / "trainer").masters)
        assert all(torch.equal(masters[0][name], master) for name, master in masters[1].items())


def test_an_adapter_in_bf16_goes_on_from_its_masters(held_to: ReferencePolicy, play: Callable, tmp_path: Path) -> None:
    """With another number of ranks and another stage, and with the engine with torch."""
    tolerant = {"engine_tolerance_bf16": 10.0, "epochs": 1, "lora": {"rank": 2, "alpha": 4}}
    bf16 = deepspeed(precision="bf16", processes=2, stage=3, **tolerant)
    first = held_to.directory()
    round = play(load_policy(first))
    with making(bf16, first, held_to) as engine:
        report = engine.update(round.completions, round.groups, round.batch)
        saved = save(engine, tmp_path / "zero")
    assert report.optimizer_steps == 2
    policy, trainer = saved / "policy", saved / "trainer"
    assert not torch.equal(weights(policy), weights(first))
    state = TrainerState.load(trainer)
    assert all(".lora_" in name and master.dtype == torch.float32 for name, master in state.masters.items())
    others = (bf16.model_copy(update={"processes": 1, "stage": 1}), TorchOptions.model_validate({**COMMON, **tolerant}))
    for number, other in enumerate(others):
        with making(other, policy, held_to, trainer) as engine:
            again = TrainerState.load(save(engine, tmp_path / str(number)) / "trainer")
        for name, master in state.masters.items():
            assert torch.equal(again.masters[name], master)
            assert torch.equal(again.second_moments[name], state.second_moments[name])
