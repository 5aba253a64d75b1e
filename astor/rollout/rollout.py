"""A batch of prompts becomes completions."""

import hashlib
from collections.abc import Mapping
from itertools import islice

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.records import Batch, Completion, Prompt
from astor.rollout.engine import Engine, Request


def roll_out(engine: Engine, policy: Policy, prompts: Mapping[str, Prompt], batch: Batch) -> list[Completion]:
    """Completions of every row of the batch, in its order and then by rollout.

    `prompts` maps prompt ids to prompts. UserError where the batch is meant for another policy.
    """
    digest = policy.card.digest if policy.card else ""
    if batch.policy_digest is not None and batch.policy_digest != digest:
        raise UserError(
            f"The batch of round {batch.round} is meant for policy {batch.policy_digest[:12]}, not for "
            f"{digest[:12] or 'one without a card'}: roll it out with the policy of its own round."
        )
    assert len({row.prompt_id for row in batch.rows}) == len(batch.rows), "a prompt is twice in the batch"
    requests = [
        Request(
            prompt_tokens=policy.encode(prompts[row.prompt_id].messages),
            rollouts=row.rollouts,
            max_tokens=row.max_tokens,
            seed=row_seed(batch.seed, row.prompt_id),
            temperature=batch.temperature,
        )
        for row in batch.rows
    ]
    samples = iter(engine.generate(policy, requests))
    return [
        Completion(
            prompt_id=row.prompt_id,
            rollout=rollout,
            task=row.task,
            policy_digest=digest,
            prompt_tokens=tuple(request.prompt_tokens),
            tokens=sample.tokens,
            logp_rollout=sample.logps,
            loss_mask=(True,) * len(sample.tokens),
            text=policy.decode(sample.tokens),
            finish_reason=sample.finish_reason,
        )
        for row, request in zip(batch.rows, requests, strict=True)
        for rollout, sample in enumerate(islice(samples, row.rollouts))
    ]


def row_seed(seed: int, prompt_id: str) -> int:
    """The seed of one row, from the batch's seed and the prompt's id, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{prompt_id}".encode()).digest()[:8])
