"""The warm start teaches a tiny policy what the demonstrations show, the same each time."""

from itertools import count, islice

import pytest
import torch

from astor.errors import UserError
from astor.policies.options import TinyOptions, WarmStartOptions
from astor.records import Demonstration, Message
from astor.rollout.engine import Request, live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.training.warm_start import batches, schedule, warm_start

OPTIONS = TinyOptions(
    hidden_size=48,
    layers=2,
    vocabulary=160,
    warm_start=WarmStartOptions(steps=60, batch_size=16, warm_up_steps=5, matrix_learning_rate=0.02),
)


def demonstration(number: int) -> Demonstration:
    letter = "abcdefgh"[number * 5 % 8]
    ask = Message(role="user", content=f"say {letter} {number % 10}")
    return Demonstration(task="code_generation", messages=(ask,), answer=f"{letter} = {number % 10}")


DEMONSTRATIONS = [demonstration(number) for number in range(320)]


def test_it_learns_what_is_shown() -> None:
    losses: list[float] = []
    policy = warm_start(DEMONSTRATIONS, OPTIONS, seed=0, progress=lambda step, loss: losses.append(loss))
    assert len(losses) == 60
    assert losses[-1] < 0.2 * losses[0]
    asked = [policy.chat.encode(demonstration(number).messages) for number in range(40)]
    samples = live_sampler(policy, TransformersEngineOptions()).generate(
        [Request(prompt, 1, 16, 0, 0.0) for prompt in asked]
    )
    right = [policy.chat.decode(sample.tokens) == demonstration(number).answer for number, sample in enumerate(samples)]
    assert sum(right) > 30


def test_the_same_seed_gives_the_same_weights() -> None:
    options = OPTIONS.model_copy(update={"warm_start": WarmStartOptions(steps=5, batch_size=16)})
    one, same, other = (warm_start(DEMONSTRATIONS, options, seed).model.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_demonstrations_may_be_endless_or_too_few() -> None:
    options = OPTIONS.model_copy(update={"warm_start": WarmStartOptions(steps=3, batch_size=16)})
    warm_start(map(demonstration, count()), options, seed=0)
    policy = warm_start(DEMONSTRATIONS[:7], options, seed=0)
    assert not policy.model.training


def test_no_demonstration_or_one_too_long_is_said() -> None:
    with pytest.raises(UserError, match="no demonstrations"):
        warm_start([], OPTIONS, seed=0)
    long = Demonstration(task="unit_tests", messages=DEMONSTRATIONS[0].messages, answer="1 " * 600)
    with pytest.raises(UserError, match="unit_tests has"):
        warm_start([long], OPTIONS, seed=0)


def test_batches_hold_every_example_once_in_lengths_that_are_alike() -> None:
    examples = [([0] * (1 + number * 7 % 50), 1) for number in range(160)]
    made = list(islice(batches(iter(examples), size=10, seed=0), 16))
    assert sorted(len(tokens) for batch in made for tokens, _ in batch) == sorted(len(tokens) for tokens, _ in examples)
    assert all(max(len(t) for t, _ in batch) - min(len(t) for t, _ in batch) < 10 for batch in made)
    assert [len(batch[0][0]) for batch in made[:8]] != sorted(len(batch[0][0]) for batch in made[:8])


def test_the_learning_rate_rises_stays_and_falls() -> None:
    settings = WarmStartOptions(steps=100, warm_up_steps=10, decay_share=0.3)
    scales = [schedule(step, settings) for step in range(100)]
    assert scales[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert set(scales[10:70]) == {1.0}
    assert scales[70:] == sorted(scales[70:], reverse=True)
    assert 0 < scales[-1] < 0.05
