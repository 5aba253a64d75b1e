from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from astor.errors import UserError
from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy
from astor.training.engines.torch import TorchEngine
from astor.training.options import TorchOptions

METRICS = {
    *(f"{name}_seconds" for name in ("prepare", "sketch", "train", "measure")),
    "out_of_memory",
    "tokens_per_micro_batch",
}
FAST = {"optimizer": {"learning_rate": 0.01, "warm_up_steps": 2}}


def options(**changes: object) -> TorchOptions:
    return TorchOptions.model_validate({**FAST, **changes})


def weights(policy: Policy) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in policy.model.parameters()])


def test_a_few_updates_earn_more_reward(policy: Policy, reference: Policy, play: Callable) -> None:
    engine = TorchEngine(policy, reference, options())
    rewards = []
    for number in range(12):
        round = play(policy, number, rollouts=16)
        rewards.append(round.reward)
        report = engine.update(round.completions, round.groups, round.batch)
        assert report.optimizer_steps == 2
        assert report.tasks["a"].loss_after is None, "nobody asked for it"
    assert sum(rewards[-3:]) / 3 > sum(rewards[:3]) / 3 + 0.3, rewards


def test_the_report_says_what_happened(policy: Policy, reference: Policy, play: Callable) -> None:
    engine = TorchEngine(
        policy, reference, options(mini_batches=1, optimizer={"learning_rate": 1e-3, "warm_up_steps": 0})
    )
    for number in range(2):
        round = play(policy, number, rollouts=48)
        report = engine.update(round.completions, round.groups, round.batch, sketch="gradient", loss_after=True)
    for task, update in report.tasks.items():
        mine = [completion for completion in round.completions if completion.task == task]
        groups = [group for group in round.groups if group.task == task]
        logps = [logp for completion in mine for logp in completion.logp_rollout]
        assert update.tokens == len(logps)
        assert update.informative_groups == sum(group.informative for group in groups)
        assert update.informative_groups + update.anchors == len(groups)
        assert update.entropy == pytest.approx(-sum(logps) / len(logps), abs=1e-5)
        assert update.engine_difference < 1e-5
        assert update.kl > 0
        assert update.gradient_norm > 0
        assert len(report.sketches[task]) == 2
        assert update.sketched_groups == update.informative_groups
    updates = report.tasks.values()
    assert sum(update.loss_after for update in updates) < sum(update.loss_before for update in updates)
    assert report.learning_rate == 1e-3
    assert set(engine.metrics) == METRICS


def test_the_loss_has_quota_shares_of_own_token_means_and_of_the_divergence_a_mean_over_tasks(
    policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    """The first moment after one step, a tenth of the gradient, against the formula written out row by row."""
    other, kl = make_policy(1), 0.05
    round = play(policy, rollouts=6, kl=kl)
    trained = make_policy()
    one_step = options(mini_batches=1, tokens_per_micro_batch=20, optimizer={"gradient_clip": 1e9})
    engine = TorchEngine(trained, other, one_step)
    engine.update(round.completions, round.groups, round.batch)
    moments = engine.optimization.state().first_moments

    assert any(group.informative for group in round.groups)
    loss = torch.zeros(())
    for task, quota in round.batch.quotas.items():
        surrogate, divergence, informative_tokens, tokens = 0.0, 0.0, 0, 0
        for group in (group for group in round.groups if group.task == task):
            mine = [completion for completion in round.completions if completion.prompt_id == group.prompt_id]
            for completion, advantage in zip(mine, group.advantages, strict=True):
                one = ([completion.prompt_tokens], [[completion.tokens]], 0.9)
                logp, _ = completion_logps(policy.model, *one)
                with torch.no_grad():
                    logp_ref, _ = completion_logps(other.model, *one)
                tokens += logp.numel()
                divergence = divergence + 0.5 * (logp - logp_ref).square().sum()
                if group.informative:
                    informative_tokens += logp.numel()
                    surrogate = surrogate - advantage * logp.sum()
        share = quota / sum(round.batch.quotas.values())
        loss = loss + share * surrogate / max(informative_tokens, 1) + kl / 2 * divergence / tokens
    loss.backward()
    for name, weight in policy.model.named_parameters():
        assert torch.allclose(moments[name] / 0.1, weight.grad, atol=1e-5), name


@pytest.mark.parametrize("tokens", [1, 40, 100000])
def test_micro_batches_change_nothing_but_rounding(
    tokens: int, policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    round, twin = play(policy), make_policy()
    for trained, budget in ((policy, 60), (twin, tokens)):
        engine = TorchEngine(
            trained, reference, options(tokens_per_micro_batch=budget, optimizer={"learning_rate": 1e-3})
        )
        engine.update(round.completions, round.groups, round.batch)
    assert torch.allclose(weights(policy), weights(twin), atol=2e-4)


@pytest.mark.parametrize("aggregation", ["task_mean", "common_length", "balanced"])
def test_a_saved_state_goes_on_bit_for_bit(
    aggregation: str, policy: Policy, reference: Policy, play: Callable, make_policy: Callable, tmp_path: Path
) -> None:
    of_all = options(loss={"aggregation": aggregation}, epochs=2)
    undisturbed = TorchEngine(policy, reference, of_all)
    for number in range(2):
        round = play(policy, number)
        undisturbed.update(round.completions, round.groups, round.batch)
    undisturbed.save_trainer(tmp_path)
    resumed = TorchEngine(make_policy(3), reference, of_all, tmp_path)
    assert torch.equal(weights(resumed.policy), weights(policy)), "the masters are the policy's weights"
    for number in range(2, 5):
        reports = []
        for engine in (undisturbed, resumed):
            round = play(engine.policy, number)
            reports.append(engine.update(round.completions, round.groups, round.batch, sketch="adam"))
        assert reports[0] == reports[1]
        assert reports[0].preconditioned == (number > 2), "of the first twelve steps ten were made before the round"
        assert torch.equal(weights(resumed.policy), weights(policy))
    assert undisturbed.weighing.state == resumed.weighing.state


def test_twenty_updates_in_bf16_with_a_restart_after_each_equal_those_without(
    reference: Policy, play: Callable, make_policy: Callable, tmp_path: Path
) -> None:
    slow = options(optimizer={"learning_rate": 1e-4}, mini_batches=1, engine_tolerance=100)
    round = play(make_policy())
    # Weights that were cast are kept until the block ends, which here lasts over updates.
    with torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=False):
        undisturbed = TorchEngine(make_policy(), reference, slow)
        saved = None
        for number in range(20):
            undisturbed.update(round.completions, round.groups, round.batch)
            restarted = TorchEngine(make_policy(number), reference, slow, saved)
            restarted.update(round.completions, round.groups, round.batch)
            saved = tmp_path / str(number)
            saved.mkdir()
            restarted.save_trainer(saved)
    assert torch.equal(weights(restarted.policy), weights(undisturbed.policy))
    assert not torch.equal(weights(restarted.policy), weights(make_policy()))


def test_epochs_go_over_a_round_again_with_ratios_to_its_start(
    policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    round = play(policy, rollouts=16)
    reports = [
        TorchEngine(trained, reference, options(epochs=epochs)).update(round.completions, round.groups, round.batch)
        for trained, epochs in ((make_policy(), 1), (policy, 3))
    ]
    assert [report.optimizer_steps for report in reports] == [2, 6]
    for task in ("a", "b"):
        assert reports[1].tasks[task].loss_before == reports[0].tasks[task].loss_before
        assert reports[1].tasks[task].kl == reports[0].tasks[task].kl
        assert reports[1].tasks[task].clipped_share > reports[0].tasks[task].clipped_share


def test_an_engine_that_samples_from_another_policy_is_found_out(
    policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    round = play(make_policy(seed=5))
    before = weights(policy)
    with pytest.raises(UserError, match="Engine and trainer disagree: a token of"):
        TorchEngine(policy, reference, options()).update(round.completions, round.groups, round.batch)
    assert torch.equal(weights(policy), before)


def test_another_engines_tokens_are_weighed_where_the_options_allow_them(
    policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    round = play(make_policy(seed=5))
    tolerant = options(engine_tolerance=100, loss={"importance_cap": 2})
    report = TorchEngine(policy, reference, tolerant).update(round.completions, round.groups, round.batch)
    assert report.skipped_steps == 0
    assert report.tasks["a"].engine_difference > 0.1


def test_a_gradient_that_is_not_finite_changes_nothing_is_counted_and_stops_the_run_when_it_repeats(
    policy: Policy, reference: Policy, play: Callable
) -> None:
    engine = TorchEngine(policy, reference, options(mini_batches=2, skips_in_a_row=3))
    round = play(policy)
    broken = [
        group.model_copy(update={"advantages": (float("inf"),) * len(group.rewards), "informative": True})
        for group in round.groups
    ]
    before = weights(policy)
    report = engine.update(round.completions, broken, round.batch)
    assert (report.optimizer_steps, report.skipped_steps) == (0, 2)
    assert torch.equal(weights(policy), before)
    report = engine.update(round.completions, round.groups, round.batch)
    assert (report.optimizer_steps, report.skipped_steps) == (2, 0)
    assert torch.isfinite(weights(policy)).all()
    engine.update(round.completions, broken, round.batch)
    with pytest.raises(UserError, match="not finite 3 times in a row"):
        engine.update(round.completions, broken, round.batch)


def test_a_round_without_kept_groups_changes_nothing(policy: Policy, reference: Policy, play: Callable) -> None:
    round = play(policy)
    dropped = [group.model_copy(update={"kept": False}) for group in round.groups]
    before = weights(policy)
    report = TorchEngine(policy, reference, options()).update(
        round.completions, dropped, round.batch, sketch="gradient", loss_after=False
    )
    assert report.optimizer_steps == report.skipped_steps == 0
    assert set(report.tasks) == {"a", "b"}
    assert report.tasks["a"].tokens == 0
    assert torch.equal(weights(policy), before)


def test_anchors_alone_pull_back_to_the_reference(policy: Policy, play: Callable, make_policy: Callable) -> None:
    engine = TorchEngine(policy, make_policy(1), options(mini_batches=1, sketch={"size": 256}))
    kls = []
    for number in range(24):
        round = play(policy, number, rollouts=8, reward=lambda tokens: 0.0, kl=1.0)
        report = engine.update(round.completions, round.groups, round.batch, sketch="gradient")
        assert report.tasks["a"].informative_groups == 0
        assert report.tasks["a"].gradient_norm == 0
        assert not any(map(any, report.sketches["a"])), "a task that has nothing to teach points nowhere"
        kls.append(report.tasks["a"].kl)
    assert sum(kls[-3:]) / 3 < kls[0] / 2


def test_tokens_that_are_not_the_policys_own_teach_nothing(policy: Policy, reference: Policy, play: Callable) -> None:
    round = play(policy, kl=0.0)
    masked = [
        completion.model_copy(update={"loss_mask": (False,) * len(completion.tokens)})
        for completion in round.completions
    ]
    engine = TorchEngine(policy, reference, options())
    before = weights(policy)
    report = engine.update(masked, round.groups, round.batch)
    assert report.tasks["a"].tokens == 0
    assert torch.equal(weights(policy), before)
