"""Sampling with transformers in one rank: each prompt computed once for all of its rollouts, finished rows dropped."""

import logging
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.policies.precision import precision
from astor.policies.prefix import Prefix, compute_prefix
from astor.policies.shortage import ran_out
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.decoder import Decoder
from astor.rollout.engines.draw import draw, nucleus, uniforms
from astor.rollout.engines.graphs import COLUMNS, takes_blocks
from astor.rollout.engines.memory import PREFILL, free_memory, tokens_that_fit
from astor.rollout.options import TOKENS_PER_BATCH, TransformersEngineOptions

log = logging.getLogger(__name__)

Row = tuple[int, int]
"""Index of a request, and of a rollout in it."""
LEFT, LEFT_OF_CAPTURED = 7 / 8, 1 / 2
"""Share of the rows that still run at which the others are dropped (our choice). On a GPU that costs a capture."""


class TransformersEngine:
    """Our own decoding loop over transformers' models.

    Rows are batched by prompt length within a token budget: of the options, else of what a GPU's memory holds. Where
    memory runs out the budget is halved for good, the batch is split and done again: counted in `metrics`. Rows do not
    depend on how they were batched, but for the rounding of floating point.
    """

    def __init__(self, options: TransformersEngineOptions) -> None:
        self._budget = options.tokens_per_batch
        self._counters = {"tokens": 0, "steps": 0, "batches": 0, "out_of_memory": 0}

    @property
    def metrics(self) -> dict[str, float]:
        """Tokens sampled, decoding steps, batches, splits for want of memory, and the token budget now in use."""
        return {**self._counters, "tokens_per_batch": self._budget or 0}

    @torch.inference_mode()
    def generate(self, policy: Policy, requests: Sequence[Request]) -> list[Sample]:
        """Samples of every request, ordered by request and then by rollout."""
        rows = [(index, rollout) for index, request in enumerate(requests) for rollout in range(request.rollouts)]
        rows.sort(key=lambda row: (len(requests[row[0]].prompt_tokens), row))
        samples: dict[Row, Sample] = {}
        while rows:
            batch = self._next_batch(policy, requests, rows)
            try:
                samples.update(self._decode(policy, requests, batch))
            except RuntimeError as error:
                self._halve_budget(error, requests, batch)
            else:
                del rows[: len(batch)]
        return [samples[row] for row in sorted(samples)]

    def _next_batch(self, policy: Policy, requests: Sequence[Request], rows: Sequence[Row]) -> list[Row]:
        """The first rows that fit the budget when all are as long as the longest; at least one."""
        longest_prompt = longest_answer = 0
        free = free_memory(policy.device)
        for count, (index, _) in enumerate(rows):
            longest_prompt = max(longest_prompt, len(requests[index].prompt_tokens))
            longest_answer = max(longest_answer, requests[index].max_tokens)
            width = longest_prompt + longest_answer
            budget = self._budget or (tokens_that_fit(policy.model, width, free) if free else TOKENS_PER_BATCH)
            if count and (count + 1) * width > budget:
                return list(rows[:count])
        return list(rows)

    def _halve_budget(self, error: RuntimeError, requests: Sequence[Request], batch: Sequence[Row]) -> None:
        """Go on with half of what the failed batch took; the error goes on where it is another, or nothing is left."""
        if not ran_out(error):
            raise error
        longest_prompt = max(len(requests[index].prompt_tokens) for index, _ in batch)
        longest_answer = max(requests[index].max_tokens for index, _ in batch)
        if len(batch) == 1:
            raise UserError(
                f"Memory does not hold one rollout of {longest_prompt} + {longest_answer} tokens: "
                f"lower max_tokens or use a smaller policy."
            ) from error
        self._counters["out_of_memory"] += 1
        self._budget = len(batch) // 2 * (longest_prompt + longest_answer)
        log.warning("memory ran out at %d rollouts: tokens_per_batch is %d from now on", len(batch), self._budget)

    def _decode(self, policy: Policy, requests: Sequence[Request], rows: Sequence[Row]) -> dict[Row, Sample]:
        device, model = policy.device, policy.model
        asked = [requests[index] for index, _ in rows]
        longest = max(request.max_tokens for request in asked)
        limits = torch.tensor([request.max_tokens for request in asked], device=device)
        temperatures = torch.tensor([request.temperature for request in asked], device=device)
        top_p = _top_p(asked, device)
        numbers = torch.from_numpy(np.stack([uniforms(requests[i].seed, rollout, longest) for i, rollout in rows]))
        numbers, stop_tokens = numbers.to(device), torch.tensor(sorted(policy.chat.stop_tokens), device=device)
        tokens = torch.zeros(len(rows), longest, dtype=torch.long, device=device)
        logps = torch.zeros(len(rows), longest, device=device)
        lengths, stopped = limits.clone(), torch.zeros(len(rows), dtype=torch.bool, device=device)
        with precision(device):
            prompts = max(len(request.prompt_tokens) for request in asked)
            block = COLUMNS if device.type == "cuda" and takes_blocks(model) else 1
            decoder = Decoder(model, prompts, prompts + longest - 1, len(rows), block)
            logits = torch.cat(list(_prefill(decoder, requests, rows)))
            alive = torch.arange(len(rows), device=device)
            running = torch.ones(len(rows), dtype=torch.bool, device=device)
            for step in range(longest):
                allowed = logits if top_p is None else nucleus(logits, temperatures[alive], top_p[alive])
                chosen, chosen_logps = draw(allowed, temperatures[alive], numbers[alive, step])
                tokens[alive, step], logps[alive, step] = chosen, chosen_logps
                ends = torch.isin(chosen, stop_tokens) | _ends_by_text(policy, asked, alive, tokens[:, : step + 1])
                ends &= running
                stopped[alive[ends]], lengths[alive[ends]] = True, step + 1
                running &= ~ends & (limits[alive] > step + 1)
                left = int(running.sum())
                if left == 0:
                    break
                if left <= len(alive) * (LEFT if block == 1 else LEFT_OF_CAPTURED):
                    decoder.select(running.nonzero().squeeze(-1))
                    alive, chosen, running = alive[running], chosen[running], running[running]
                logits = decoder.step(chosen)
        self._counters["tokens"] += int(lengths.sum())
        self._counters["steps"] += step + 1
        self._counters["batches"] += 1
        found = zip(rows, tokens.tolist(), logps.tolist(), lengths.tolist(), stopped.tolist(), strict=True)
        return {
            row: Sample(tuple(t[:n]), tuple(p[:n]), "stop" if end else "length", policy.ref.digest)
            for row, t, p, n, end in found
        }


def _prefill(decoder: Decoder, requests: Sequence[Request], rows: Sequence[Row]) -> Iterator[Tensor]:
    """Compute the prompts of the rows, each once, and fill the decoder; the logits (R, V) of the rows' first tokens."""
    model, first = decoder.model, 0
    while first < len(rows):
        after, used = first, [rows[first][0]]
        while after < len(rows) and (rows[after][0] == used[-1] or _tokens(requests, used, rows[after][0]) <= PREFILL):
            if rows[after][0] != used[-1]:
                used.append(rows[after][0])
            after += 1
        place = {index: number for number, index in enumerate(used)}
        owner = torch.tensor([place[index] for index, _ in rows[first:after]], device=model.device)
        prefix = compute_prefix(
            model, [requests[index].prompt_tokens for index in used], [requests[index].max_tokens for index in used]
        )
        logits = _last_logits(model, prefix)
        decoder.fill(first, prefix, owner)
        yield logits[owner]
        first = after


def _tokens(requests: Sequence[Request], used: Sequence[int], another: int) -> int:
    """Tokens of the prompts `used` and of another, the longest, all as long as that one."""
    return (len(used) + 1) * len(requests[another].prompt_tokens)


def _last_logits(model: PreTrainedModel, prefix: Prefix) -> Tensor:
    """The logits (P, V), fp32, after the prompts' last tokens, which are part of the prefix from now on."""
    prefix.mask = torch.cat([prefix.mask, prefix.mask.new_ones(len(prefix.mask), 1)], dim=1)
    logits = model(
        input_ids=prefix.last_tokens[:, None],
        attention_mask=prefix.mask,
        position_ids=prefix.places(1),
        past_key_values=prefix.cache,
        use_cache=True,
    ).logits
    prefix.lengths = prefix.lengths + 1
    return logits[:, -1].float()


def _top_p(asked: Sequence[Request], device: torch.device) -> Tensor | None:
    """(R,), infinite where all tokens may be drawn; None where that is so of all rows."""
    if all(request.top_p == 1 or request.temperature == 0 for request in asked):
        return None
    whole = float("inf")
    values = [request.top_p if request.top_p < 1 and request.temperature else whole for request in asked]
    return torch.tensor(values, device=device)


def _ends_by_text(policy: Policy, asked: Sequence[Request], alive: Tensor, tokens: Tensor) -> Tensor:
    """(A,), whether a stop text of each row alive is whole with its newest token; `tokens` (R, T) are all so far."""
    ends = torch.zeros(len(alive), dtype=torch.bool, device=alive.device)
    if any(request.stop for request in asked):
        for place, row in enumerate(alive.tolist()):
            if stop := asked[row].stop:
                # A token is a byte at least, or a special one; the first may have lost the space that it begins with.
                tail = tokens[row, -max(len(text.encode()) for text in stop) - 2 :].tolist()
                text = policy.chat.tokenizer.decode(tail, clean_up_tokenization_spaces=False)
                ends[place] = any(each in text for each in stop)
    return ends
