"""What options make: an engine in every rank, which goes on from what one saved."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import Ranks
from astor.storage import PolicyRef
from astor.training.engine import ReferencePolicy
from astor.training.options import TorchOptions
from astor.training.trainer_state import TrainerState


def options(**changes: object) -> TorchOptions:
    return TorchOptions.model_validate({"optimizer": {"learning_rate": 0.01, "warm_up_steps": 2}, **changes})


def weights(policy: Policy) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in policy.model.parameters()])


def test_options_make_an_engine_that_goes_on_from_what_one_saved(
    policy: Policy, reference: Policy, play: Callable, tmp_path: Path
) -> None:
    policy.chat.tokenizer.chat_template = "{{ messages[0].content }}"
    save_policy(policy, tmp_path / "policy", recipe_digest="")
    held_to = ReferencePolicy(ref=PolicyRef("", ""), directory=lambda: tmp_path / "policy", weights=lambda: reference)
    engine = options().make(tmp_path / "policy", held_to, None, Ranks(1, threads=1))
    assert engine.world_size == 1
    round = play(engine.policy)
    engine.update(round.completions, round.groups, round.batch)
    (tmp_path / "trainer").mkdir()
    engine.card = engine.card.updated("a recipe")
    engine.save_policy(tmp_path / "trained", "a recipe")
    engine.save_trainer(tmp_path / "trainer")
    again = options().make(tmp_path / "trained", held_to, tmp_path / "trainer", Ranks(1, threads=1))
    assert again.card == engine.card
    assert (again.card.round, again.card.recipe_digest) == (1, "a recipe")
    assert torch.equal(weights(again.policy), weights(engine.policy))


def test_two_ranks_train_as_one_does_but_for_rounding(
    policy: Policy, reference: Policy, play: Callable, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    policy.chat.tokenizer.chat_template = "{{ messages[0].content }}"
    save_policy(policy, tmp_path / "policy", recipe_digest="")
    held_to = ReferencePolicy(ref=PolicyRef("", ""), directory=lambda: tmp_path / "policy", weights=lambda: reference)
    round = play(policy, rollouts=8)
    balanced = options(loss={"aggregation": "balanced"}, epochs=2, optimizer={"learning_rate": 1e-3})
    with Ranks(2, threads=1) as ranks:
        engine = balanced.make(tmp_path / "policy", held_to, None, ranks)
        assert engine.world_size == 2
        before = weights(engine.policy)
        report = engine.update(round.completions, round.groups, round.batch, sketch="gradient")
        (tmp_path / "trainer").mkdir()
        engine.save_trainer(tmp_path / "trainer")
        together = weights(engine.policy)
    alone = balanced.make(tmp_path / "policy", held_to, None, Ranks(1, threads=1))
    expected = alone.update(round.completions, round.groups, round.batch, sketch="gradient")
    (tmp_path / "alone").mkdir()
    alone.save_trainer(tmp_path / "alone")
    moved = (weights(alone.policy) - before).norm()
    assert (together - weights(alone.policy)).norm() < 0.01 * moved
    for task, update in expected.tasks.items():
        assert report.tasks[task].tokens == update.tokens
        assert report.tasks[task].loss_before == pytest.approx(update.loss_before, abs=1e-6)
        assert report.tasks[task].gradient_norm == pytest.approx(update.gradient_norm, rel=0.01)
        assert report.tasks[task].sketched_groups == update.sketched_groups > 0
        pair = (torch.tensor(one.sketches[task]).flatten() for one in (report, expected))
        assert torch.cosine_similarity(*pair, dim=0) > 0.999
    norms = [TrainerState.load(path).weighing.squares for path in (tmp_path / "trainer", tmp_path / "alone")]
    assert norms[0] == pytest.approx(norms[1], rel=0.02), "ranks agree on what balances the tasks"
    assert not caplog.messages
    resumed = options().make(tmp_path / "policy", held_to, tmp_path / "trainer", Ranks(1, threads=1))
    assert torch.equal(weights(resumed.policy), together), "masters go on with another number of processes"
    assert "PROCESSES THAT TRAIN HAS CHANGED from 2 to 1" in caplog.text
