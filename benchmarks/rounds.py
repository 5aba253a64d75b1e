"""Rounds of one task in this process, for benchmarks: rollout, reward and update by themselves."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from training_peers.turns import Case, clock, reward

from astor.coordination.groups import valid_advantages
from astor.policies.policy import load_policy
from astor.policies.ranks import Ranks, World
from astor.records import Batch, Completion, Group
from astor.rollout.engine import Request, Sample, Sampler
from astor.rollout.options import TransformersEngineOptions
from astor.training.engine import ReferencePolicy
from astor.training.engines.ranked import ENGINE, RankedEngine
from astor.training.options import OptimizerOptions, TorchOptions

TASK = "letters"


class Played(NamedTuple):
    """A round that waits for its update."""

    completions: list[Completion]
    groups: list[Group]
    batch: Batch
    seconds: dict[str, float]
    """Of `generation`, encoding and decoding included, and of `reward`."""

    @property
    def tokens(self) -> int:
        """Sampled."""
        return sum(len(one.tokens) for one in self.completions)


class Training:
    """A policy, what samples from it and what trains it, on as many ranks."""

    def __init__(self, case: Case, ranks: Ranks) -> None:
        self.case = case
        options = TorchOptions(
            mini_batches=case.updates,
            tokens_per_micro_batch=case.tokens_per_micro_batch,
            optimizer=OptimizerOptions(learning_rate=case.learning_rate),
        )
        self.loss = options.loss
        model, reference = Path(case.model), load_policy(Path(case.model))
        held_to = ReferencePolicy(reference.ref, lambda: model, lambda: reference)
        self.trainer = RankedEngine(ranks, model, held_to, options, None)
        ranks.call(answers_never_end)
        policy = self.trainer.policy
        self.sampler = Sampler(TransformersEngineOptions().make(ranks), policy.chat, policy.ref)

    def play(self, number: int) -> Played:
        """Round `number` up to its rewards."""
        case = self.case
        first = number * case.prompts_per_round
        texts = case.prompts[first : first + case.prompts_per_round]
        started = clock(case.device)
        prompts = self.sampler.chat.tokenizer(texts, add_special_tokens=False)["input_ids"]
        samples = self.sampler.generate(
            [Request(prompt, case.rollouts, case.answer_tokens, first + i, 1.0) for i, prompt in enumerate(prompts)]
        )
        answers = [self.sampler.chat.decode(sample.tokens) for sample in samples]
        generated = clock(case.device)
        rewards = [reward(answer) for answer in answers]
        seconds = {"generation": generated - started, "reward": clock(case.device) - generated}
        completions, groups = [], []
        of_prompts = iter(zip(samples, answers, rewards, strict=True))
        for index, prompt in enumerate(prompts):
            mine = list(islice(of_prompts, case.rollouts))
            completions += [completion(index, rollout, prompt, *one[:2]) for rollout, one in enumerate(mine)]
            groups.append(self._group(index, [earned for _, _, earned in mine]))
        batch = Batch(
            round=number,
            policy_digest=None,
            seed=number,
            temperature=1.0,
            rows=(),
            quotas={TASK: case.prompts_per_round},
            kl_coefficients={TASK: case.kl_coefficient},
        )
        return Played(completions, groups, batch, seconds)

    def update(self, played: Played) -> float:
        """Seconds that the update takes, sketches of the gradient included."""
        started = clock(self.case.device)
        self.trainer.update(played.completions, played.groups, played.batch, sketch="gradient")
        return clock(self.case.device) - started

    def round(self, number: int) -> dict[str, float]:
        """Seconds of a round's parts, and tokens that were read and sampled."""
        played = self.play(number)
        read = sum(len(one.prompt_tokens) for one in played.completions)
        tokens = {"prompt_tokens": float(read), "tokens": float(played.tokens)}
        return played.seconds | {"update": self.update(played)} | tokens

    def _group(self, index: int, rewards: Sequence[float]) -> Group:
        return Group(
            prompt_id=str(index),
            task=TASK,
            rewards=tuple(rewards),
            advantages=valid_advantages(tuple(rewards), self.loss.advantages, 1e-6),
            informative=bool(np.ptp(rewards) > 1e-6),
            kept=True,
        )


def completion(index: int, rollout: int, prompt: Sequence[int], sample: Sample, text: str) -> Completion:
    """The record of one rollout of prompt number `index`."""
    return Completion(
        prompt_id=str(index),
        rollout=rollout,
        task=TASK,
        policy_digest="",
        prompt_tokens=tuple(prompt),
        tokens=sample.tokens,
        logp_rollout=sample.logps,
        loss_mask=(True,) * len(sample.tokens),
        text=text,
        finish_reason=sample.finish_reason,
    )


def answers_never_end(world: World) -> None:
    """Have no token end an answer, so that all have the same length."""
    policy = world.memory[ENGINE].policy
    policy.chat.stop_tokens = frozenset([policy.model.config.vocab_size])
