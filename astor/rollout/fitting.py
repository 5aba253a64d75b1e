"""Prompts that a policy's context has no room for: they are answered by nothing, and the others by as much as fits."""

from collections.abc import Callable, Mapping

from astor.records import Batch, BatchRow, Completion, Prompt
from astor.rollout.engine import Sampler
from astor.rollout.measure import answer
from astor.sandbox.runner import JobRunner
from astor.tasks.task import Task


def answer_fitting(
    sampler: Sampler,
    tasks: Mapping[str, Task],
    sandbox: Callable[[], JobRunner],
    prompts: Mapping[str, Prompt],
    batch: Batch,
) -> list[Completion]:
    """Completions of a batch in its order, as `answer` gives them, which may have longer prompts than the policy's
    context holds.

    Of such a prompt every answer is empty, and ended by its length: it was asked and not answered, which is no fault of
    the question's. An answer has at most as many tokens as the context leaves. Our choice: a mean over the prompts that
    fit would be one over others for every policy.
    """
    encoded = {row.prompt_id: sampler.chat.encode(prompts[row.prompt_id].messages) for row in batch.rows}
    room = {row: sampler.chat.context - len(encoded[row.prompt_id]) for row in batch.rows}
    fitting = [row.model_copy(update={"max_tokens": min(row.max_tokens, room[row])}) for row in room if room[row] > 0]
    found: dict[str, list[Completion]] = {}
    for completion in answer(sampler, tasks, sandbox, prompts, batch.model_copy(update={"rows": tuple(fitting)})):
        found.setdefault(completion.prompt_id, []).append(completion)
    for row in (row for row in room if room[row] <= 0):
        found[row.prompt_id] = [
            _nothing(row, rollout, encoded[row.prompt_id], sampler.policy.digest) for rollout in range(row.rollouts)
        ]
    return [completion for row in batch.rows for completion in found[row.prompt_id]]


def _nothing(row: BatchRow, rollout: int, prompt_tokens: list[int], policy_digest: str) -> Completion:
    return Completion(
        prompt_id=row.prompt_id,
        rollout=rollout,
        task=row.task,
        policy_digest=policy_digest,
        prompt_tokens=tuple(prompt_tokens),
        tokens=(),
        logp_rollout=(),
        loss_mask=(),
        text="",
        finish_reason="length",
    )
