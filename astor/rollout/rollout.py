"""A batch of prompts becomes completions."""

from collections.abc import Mapping
from itertools import islice

from astor.errors import UserError
from astor.records import Batch, Completion, Prompt
from astor.rollout.engine import Request, Sampler, short
from astor.rollout.seeds import row_seed
from astor.storage import PolicyRef


def roll_out(sampler: Sampler, prompts: Mapping[str, Prompt], batch: Batch) -> list[Completion]:
    """Completions of every row of the batch, in its order and then by rollout.

    `prompts` maps prompt ids to prompts. UserError where the batch is meant for another policy, or the engine sampled
    from another.
    """
    check_policy(sampler.policy, batch)
    chat = sampler.chat
    assert len({row.prompt_id for row in batch.rows}) == len(batch.rows), "a prompt is twice in the batch"
    encoded = chat.encode_all([prompts[row.prompt_id].messages for row in batch.rows])
    requests = [
        Request(
            prompt_tokens=tokens,
            rollouts=row.rollouts,
            max_tokens=row.max_tokens,
            seed=row_seed(batch.seed, row.prompt_id),
            temperature=batch.temperature,
            top_p=batch.top_p,
        )
        for row, tokens in zip(batch.rows, encoded, strict=True)
    ]
    samples = iter(sampler.generate(requests))
    return [
        Completion(
            prompt_id=row.prompt_id,
            rollout=rollout,
            task=row.task,
            policy_digest=sample.policy_digest,
            prompt_tokens=tuple(request.prompt_tokens),
            tokens=sample.tokens,
            logp_rollout=sample.logps,
            loss_mask=sample.loss_mask,
            text=chat.answer(request.prompt_tokens, sample.tokens),
            finish_reason=sample.finish_reason,
        )
        for row, request in zip(batch.rows, requests, strict=True)
        for rollout, sample in enumerate(islice(samples, row.rollouts))
    ]


def check_policy(policy: PolicyRef, batch: Batch) -> None:
    """UserError where the batch is meant for another policy."""
    if batch.policy_digest is not None and not policy.is_called(batch.policy_digest):
        raise UserError(
            f"The batch of round {batch.round} is meant for policy {short(batch.policy_digest)}, not for "
            f"{short(policy.lineage)}: roll it out with the policy of its own round."
        )
