"""Sampling with transformers in one rank: each prompt computed once for all of its rollouts, finished rows dropped."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.policies.precision import precision
from astor.policies.prefix import Prefix, compute_prefix
from astor.policies.shortage import ran_out
from astor.rollout.engine import Request, Sample
from astor.rollout.options import TransformersEngineOptions

log = logging.getLogger(__name__)

Row = tuple[int, int]
"""Index of a request, and of a rollout in it."""


class TransformersEngine:
    """Our own decoding loop over transformers' cache.

    Rows are batched by prompt length within a token budget. Where memory runs out the budget is halved for good, the
    batch is split and done again: counted in `metrics`. Rows do not depend on how they were batched, but for the
    rounding of floating point.
    """

    def __init__(self, options: TransformersEngineOptions) -> None:
        self._budget = options.tokens_per_batch
        self._counters = {"tokens": 0, "steps": 0, "batches": 0, "out_of_memory": 0}

    @property
    def metrics(self) -> dict[str, float]:
        """Tokens sampled, decoding steps, batches, splits for want of memory, and the token budget now in use."""
        return {**self._counters, "tokens_per_batch": self._budget}

    @torch.inference_mode()
    def generate(self, policy: Policy, requests: Sequence[Request]) -> list[Sample]:
        """Samples of every request, ordered by request and then by rollout."""
        rows = [(index, rollout) for index, request in enumerate(requests) for rollout in range(request.rollouts)]
        rows.sort(key=lambda row: (len(requests[row[0]].prompt_tokens), row))
        samples: dict[Row, Sample] = {}
        while rows:
            batch = self._next_batch(requests, rows)
            try:
                samples.update(self._decode(policy, requests, batch))
            except RuntimeError as error:
                self._halve_budget(error, requests, batch)
            else:
                del rows[: len(batch)]
        return [samples[row] for row in sorted(samples)]

    def _next_batch(self, requests: Sequence[Request], rows: Sequence[Row]) -> list[Row]:
        """The first rows that fit the budget when all are as long as the longest; at least one."""
        longest_prompt = longest_answer = 0
        for count, (index, _) in enumerate(rows):
            longest_prompt = max(longest_prompt, len(requests[index].prompt_tokens))
            longest_answer = max(longest_answer, requests[index].max_tokens)
            if count and (count + 1) * (longest_prompt + longest_answer) > self._budget:
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
        device = policy.device
        used = sorted({index for index, _ in rows})
        place = {index: number for number, index in enumerate(used)}
        limits = torch.tensor([requests[index].max_tokens for index, _ in rows])
        longest = int(limits.max())
        temperatures = torch.tensor([requests[index].temperature for index, _ in rows], device=device)
        numbers = torch.from_numpy(np.stack([uniforms(requests[i].seed, rollout, longest) for i, rollout in rows]))
        stops = policy.chat.stop_tokens
        stop_tokens = torch.tensor(sorted(stops), device=device)
        tokens = torch.zeros(len(rows), longest, dtype=torch.long)
        logps = torch.zeros(len(rows), longest)
        lengths = limits.clone()
        numbers, owner = numbers.to(device), torch.tensor([place[index] for index, _ in rows], device=device)
        limits = limits.to(device)

        with precision(device):
            asked = [requests[index] for index in used]
            prompts, most = [request.prompt_tokens for request in asked], [request.max_tokens for request in asked]
            prefix = compute_prefix(policy.model, prompts, most)
            decoder = Decoder(policy, prefix)
            logits = decoder.step(prefix.last_tokens)[owner]
            decoder.select(owner)
            alive = torch.arange(len(rows), device=device)
            running = torch.ones(len(rows), dtype=torch.bool, device=device)
            for step in range(longest):
                chosen, chosen_logps = draw(logits, temperatures[alive], numbers[alive, step])
                where = alive.cpu()
                tokens[where, step], logps[where, step] = chosen.cpu(), chosen_logps.cpu()
                stopped = running & torch.isin(chosen, stop_tokens)
                lengths[where[stopped.cpu()]] = step + 1
                running &= ~stopped & (limits[alive] > step + 1)
                left = int(running.sum())
                if left == 0:
                    break
                if left <= len(alive) * 7 // 8:
                    decoder.select(running.nonzero().squeeze(-1))
                    alive, chosen, running = alive[running], chosen[running], running[running]
                logits = decoder.step(chosen)
        self._counters["tokens"] += int(lengths.sum())
        self._counters["steps"] += step + 1
        self._counters["batches"] += 1
        return {
            row: Sample(tuple(t[:n]), tuple(p[:n]), "stop" if t[n - 1] in stops else "length", policy.ref.digest)
            for row, t, p, n in zip(rows, tokens.tolist(), logps.tolist(), lengths.tolist(), strict=True)
        }


@dataclass
class Decoder:
    """The rows in flight: a policy, their keys and values, and where each row stands."""

    policy: Policy
    prefix: Prefix

    def step(self, tokens: Tensor) -> Tensor:
        """Feed a token per row (R,); the logits (R, V) of the next, fp32."""
        prefix = self.prefix
        prefix.mask = torch.cat([prefix.mask, prefix.mask.new_ones(len(tokens), 1)], dim=1)
        output = self.policy.model(
            input_ids=tokens[:, None],
            attention_mask=prefix.mask,
            position_ids=prefix.places(1),
            past_key_values=prefix.cache,
            use_cache=True,
        )
        prefix.lengths = prefix.lengths + 1
        return output.logits[:, -1].float()

    def select(self, rows: Tensor) -> None:
        """Go on with these rows; a row may be taken many times."""
        self.prefix = self.prefix.select(rows)


def uniforms(seed: int, rollout: int, count: int) -> np.ndarray:
    """`count` numbers in [0, 1) for one rollout: Philox (Salmon et al. 2011) keyed by seed and rollout."""
    philox = np.random.Philox(key=np.array([seed, rollout], dtype=np.uint64))
    return np.random.Generator(philox).random(count, dtype=np.float32)


def draw(logits: Tensor, temperatures: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """A token per row and its log-probability, from logits (R, V), temperatures (R,) and uniform numbers (R,).

    Inverse of the cumulative distribution at the row's number: the draw of a row depends on that row alone.
    Temperature 0 takes the likeliest token, and gives its log-probability at temperature 1.
    """
    greedy = temperatures == 0
    logps = torch.log_softmax(logits / torch.where(greedy, 1.0, temperatures)[:, None], dim=-1)
    cumulative = logps.exp().cumsum(dim=-1)
    total = cumulative[:, -1]
    below = torch.minimum(numbers * total, torch.nextafter(total, torch.zeros_like(total)))
    sampled = torch.searchsorted(cumulative, below[:, None], right=True).squeeze(-1)
    chosen = torch.where(greedy, logits.argmax(dim=-1), sampled) if greedy.any() else sampled
    return chosen, logps.gather(-1, chosen[:, None]).squeeze(-1)
