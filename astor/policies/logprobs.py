"""Log-probabilities of completions, with the work on a shared prompt done once."""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.policies.head import body_of, token_logps
from astor.policies.precision import precision
from astor.policies.prefix import Prefix, compute_prefix


def completion_logps(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    completions: Sequence[Sequence[Sequence[int]]],
    temperature: float,
    chunks: int = 0,
) -> tuple[Tensor, Tensor]:
    """Natural log-probability of every completion token at `temperature` (> 0), and where there is one.

    `completions[p]` are the completions of `prompts[p]`, one token or more each. Both results are (R, L), rows in the
    order of prompts and then completions, right padded to the longest: fp32 log-probabilities, 0 at padding, and a
    boolean mask. Gradients flow where they are enabled, through the prompts too.

    Each prompt is computed once, and its keys and values are shared by its completions. Completions run in batches of
    similar length, up to a power of two from 8 on each (our choice: most work is in matrix products, so padding is what
    costs, until passes are so small that each costs as much as its rows);
    or with `chunks` all together, and their logits in as many, so that the passes do not depend on their lengths.
    Memory grows with R * L, but for logits, which are made in chunks: a caller splits the prompts by a token budget.
    """
    prompt_of_row = torch.tensor([p for p, group in enumerate(completions) for _ in group])
    rows = [completion for group in completions for completion in group]
    lengths = torch.tensor([len(row) for row in rows])
    assert int(lengths.min()) > 0, "a completion has no tokens"
    longest = int(lengths.max())
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    for index, row in enumerate(rows):
        tokens[index, : len(row)] = torch.as_tensor(row, dtype=torch.long)
    device = model.device
    mask = torch.arange(longest) < lengths[:, None]
    tokens, mask = tokens.to(device), mask.to(device)
    with precision(device):
        prefix = compute_prefix(model, prompts, [max(map(len, group)) for group in completions])
        parts, order = [], []
        for bucket in length_buckets(lengths, chunks > 0):
            width = int(lengths[bucket].max())
            bucket, owner = bucket.to(device), prompt_of_row[bucket].to(device)
            logps = continuation_logps(model, prefix.select(owner), tokens[bucket, :width], temperature, chunks)
            parts.append(torch.nn.functional.pad(logps, (0, longest - width)))
            order.append(bucket)
    logps = torch.cat(parts)[torch.argsort(torch.cat(order))]
    return logps.masked_fill(~mask, 0.0), mask


def prompts_of_passes(
    prompts: Sequence[Sequence[int]], completions: Sequence[Sequence[Sequence[int]]], together: bool = False
) -> list[Tensor]:
    """For each forward pass of `completion_logps`, the first over prompts where one is longer than a token, the index
    of the prompt of every row, none smaller than the one before."""
    owners = torch.tensor([p for p, group in enumerate(completions) for _ in group])
    lengths = torch.tensor([len(row) for group in completions for row in group])
    first = [torch.arange(len(prompts))] if max(map(len, prompts)) > 1 else []
    return first + [owners[bucket] for bucket in length_buckets(lengths, together)]


def continuation_logps(
    model: PreTrainedModel, prefix: Prefix, tokens: Tensor, temperature: float, chunks: int = 0
) -> Tensor:
    """Log-probabilities (R, W), fp32, of `tokens` (R, W) after their prompts; padding on the right is scored too."""
    width = tokens.shape[1]
    inputs = torch.cat([prefix.last_tokens[:, None], tokens[:, :-1]], dim=1)
    ones = prefix.mask.new_ones(len(tokens), width)
    hidden = body_of(model)(
        input_ids=inputs,
        attention_mask=torch.cat([prefix.mask, ones], dim=1),
        position_ids=prefix.places(width),
        past_key_values=prefix.cache,
        use_cache=True,
    ).last_hidden_state
    return token_logps(model, hidden, tokens, temperature, chunks)


def length_buckets(lengths: Tensor, together: bool = False) -> list[Tensor]:
    """Indices of the rows whose lengths round up to the same power of two, 8 at least, shortest first; or of all
    `together`."""
    if together:
        return [torch.arange(len(lengths))]
    powers = torch.ceil(torch.log2(lengths.float())).clamp(min=3)
    return [torch.nonzero(powers == power).squeeze(-1) for power in powers.unique()]
