"""A model is tried before it is used: what it says with a shared prompt is what it says alone."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.policies.logprobs import completion_logps

PROMPTS, ANSWER = (1, 9, 4), 6
"""Tokens of the prompts, of which two are padded, and of each answer."""
TOLERANCE = 1e-3
"""Of the spread of the model's logits. Our choice: rounding in fp32 comes to some 1e-5; attention to later tokens or to
padding, and wrong positions, to 2e-3 at least before any training, and to more after it."""


def check_sharing(model: PreTrainedModel) -> None:
    """UserError where log-probabilities with shared prompts are not those of one forward pass a row.

    For a configuration does not tell whether a model looks at later tokens, heeds positions, or takes a cache of ours.
    `model` is in evaluation mode, and on the CPU, where no rounding hides a difference.
    """
    vocabulary = model.get_input_embeddings().weight.shape[0]
    tokens = [(7 * place + 3) % vocabulary for place in range(max(PROMPTS) + ANSWER)]
    prompts, answer = [tokens[:length] for length in PROMPTS], tokens[-ANSWER:]
    try:
        with torch.no_grad():
            shared, _ = completion_logps(model, prompts, [[answer]] * len(prompts), 1.0)
            alone, spreads = zip(*(_alone(model, prompt, answer) for prompt in prompts), strict=True)
    except UserError:
        raise
    except Exception as error:  # Of whatever kind a model raises that is asked for what it was not made for.
        raise _refusal(model, f"{type(error).__name__}: {error}") from error
    difference = (shared - torch.stack(alone)).abs().max() / max(spreads)
    if not difference <= TOLERANCE:
        raise _refusal(model, f"log-probabilities change by {difference:.1g} of the logits' spread")


def _alone(model: PreTrainedModel, prompt: list[int], answer: list[int]) -> tuple[Tensor, Tensor]:
    """Log-probabilities of the answer by one forward pass, and the spread of the logits that they are made of."""
    logits = model(input_ids=torch.tensor([prompt + answer]), use_cache=False).logits[0, len(prompt) - 1 : -1].float()
    logps = torch.log_softmax(logits, dim=-1)
    return logps[torch.arange(len(answer)), answer], logits.std(dim=-1).mean()


def _refusal(model: PreTrainedModel, reason: str) -> UserError:
    return UserError(
        f"Answers of a policy of type {model.config.model_type} cannot share their prompt ({reason}): "
        "use a policy that is a decoder with attention alone."
    )
