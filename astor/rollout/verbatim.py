"""Conversations as one sequence of tokens, in which every answer stays as it was sampled."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astor.errors import UserError
from astor.records import Completion, Message
from astor.rollout.engine import Sample

if TYPE_CHECKING:
    from astor.policies.chat import Chat

_SAID = (Message(role="user", content="?"), Message(role="assistant", content="!"))


def continue_tokens(chat: "Chat", context: Sequence[int], sample: Sample, reply: str) -> list[int]:
    """The tokens after which the next answer is due: context, answer, its end where it has none, and the reply.

    UserError where the policy's chat template ends an answer with no stop token, so that nothing says where it ends,
    or takes no turns that go on after an answer.
    """
    alone = chat.encode(_SAID, answered=True)
    stops = [place for place, token in enumerate(alone) if token in chat.stop_tokens]
    replied = chat.encode([*_SAID, Message(role="user", content=reply)])
    if not stops or replied[: stops[-1] + 1] != alone[: stops[-1] + 1]:
        raise UserError(
            "The policy's chat template does not end answers with a stop token, or writes them anew after a reply: "
            "train it with turns: 1, which does without."
        )
    end = [] if sample.tokens[-1] in chat.stop_tokens else [alone[stops[-1]]]
    return [*context, *sample.tokens, *end, *replied[stops[-1] + 1 :]]


def whole_completion(
    chat: "Chat",
    prompt_id: str,
    task: str,
    rollout: int,
    contexts: Sequence[Sequence[int]],
    samples: Sequence[Sample],
) -> Completion:
    """A trajectory as one completion, whose loss mask is true for what the policy wrote; its text is the last answer.

    `contexts` are what `continue_tokens` made, the first of them the prompt.
    """
    tokens: list[int] = []
    logps: list[float] = []
    mask: list[bool] = []
    begin = len(contexts[0])
    for context, sample in zip(contexts, samples, strict=True):
        between = context[begin + len(tokens) :]
        tokens += [*between, *sample.tokens]
        logps += [*(0.0 for _ in between), *sample.logps]
        mask += [*(False for _ in between), *sample.loss_mask]
    return Completion(
        prompt_id=prompt_id,
        rollout=rollout,
        task=task,
        policy_digest=samples[-1].policy_digest,
        prompt_tokens=tuple(contexts[0]),
        tokens=tuple(tokens),
        logp_rollout=tuple(logps),
        loss_mask=tuple(mask),
        text=chat.answer(contexts[-1], samples[-1].tokens),
        finish_reason="failed" if any(one.finish_reason == "failed" for one in samples) else samples[-1].finish_reason,
    )
