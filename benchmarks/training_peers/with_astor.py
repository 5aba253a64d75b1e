"""Rounds of ours: python with_astor.py CASE.json, a line of input for each."""

import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from turns import Case, read_case, reward, tell, wait_for_turn

from astor.coordination.groups import valid_advantages
from astor.policies.policy import load_policy
from astor.policies.ranks import Ranks, World
from astor.records import Batch, Completion, Group
from astor.rollout.engine import Request, Sampler
from astor.rollout.options import TransformersEngineOptions
from astor.training.engine import ReferencePolicy
from astor.training.engines.ranked import ENGINE, RankedEngine
from astor.training.options import OptimizerOptions, TorchOptions

TASK = "letters"


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
        self.trainer = RankedEngine(ranks, model, ReferencePolicy(lambda: model, lambda: reference), options, None)
        ranks.call(answers_never_end)
        policy = self.trainer.policy
        self.sampler = Sampler(TransformersEngineOptions().make(ranks), policy.chat, policy.ref)

    def round(self, number: int) -> dict[str, float]:
        """Seconds of its parts."""
        case = self.case
        first = number * case.prompts_per_round
        texts = case.prompts[first : first + case.prompts_per_round]
        times = [time.perf_counter()]
        tokens = self.sampler.chat.tokenizer(texts, add_special_tokens=False)["input_ids"]
        samples = self.sampler.generate(
            [Request(prompt, case.rollouts, case.answer_tokens, first + i, 1.0) for i, prompt in enumerate(tokens)]
        )
        answers = [self.sampler.chat.decode(sample.tokens) for sample in samples]
        times.append(time.perf_counter())
        rewards = [reward(answer) for answer in answers]
        times.append(time.perf_counter())
        completions, groups = [], []
        of_prompts = iter(zip(samples, answers, rewards, strict=True))
        for index, prompt in enumerate(tokens):
            mine = list(islice(of_prompts, case.rollouts))
            completions += [
                Completion(
                    prompt_id=str(index),
                    rollout=rollout,
                    task=TASK,
                    policy_digest="",
                    prompt_tokens=tuple(prompt),
                    tokens=sample.tokens,
                    logp_rollout=sample.logps,
                    loss_mask=(True,) * len(sample.tokens),
                    text=answer,
                    finish_reason=sample.finish_reason,
                )
                for rollout, (sample, answer, _) in enumerate(mine)
            ]
            earned = tuple(value for _, _, value in mine)
            groups.append(
                Group(
                    prompt_id=str(index),
                    task=TASK,
                    rewards=earned,
                    advantages=valid_advantages(earned, self.loss.advantages, 1e-6),
                    informative=bool(np.ptp(earned) > 1e-6),
                    kept=True,
                )
            )
        batch = Batch(
            round=number,
            policy_digest=None,
            seed=number,
            temperature=1.0,
            rows=(),
            quotas={TASK: case.prompts_per_round},
            kl_coefficients={TASK: case.kl_coefficient},
        )
        self.trainer.update(completions, groups, batch, sketch="gradient")
        times.append(time.perf_counter())
        generation, judging, update = np.diff(times).tolist()
        return {
            "generation": generation,
            "reward": judging,
            "update": update,
            "prompt_tokens": float(sum(map(len, tokens)) * case.rollouts),
            "tokens": float(sum(len(sample.tokens) for sample in samples)),
        }


def answers_never_end(world: World) -> None:
    """Have no token end an answer, so that all have the same length."""
    policy = world.memory[ENGINE].policy
    policy.chat.stop_tokens = frozenset([policy.model.config.vocab_size])


def main() -> None:
    case = read_case()
    torch.set_num_threads(case.threads)
    with Ranks(1, case.threads) as ranks:
        training = Training(case, ranks)
        for number in range(case.rounds):
            wait_for_turn()
            tell(**training.round(number))


if __name__ == "__main__":
    main()
