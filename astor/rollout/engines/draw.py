"""Drawing tokens: each row by numbers of its own, whatever is drawn beside it."""

import numpy as np
import torch
from torch import Tensor


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
    logps = scaled_logps(logits, temperatures)
    cumulative = logps.exp().cumsum(dim=-1)
    total = cumulative[:, -1]
    below = torch.minimum(numbers * total, torch.nextafter(total, torch.zeros_like(total)))
    sampled = torch.searchsorted(cumulative, below[:, None], right=True).squeeze(-1)
    chosen = torch.where(greedy, logits.argmax(dim=-1), sampled) if greedy.any() else sampled
    return chosen, logps.gather(-1, chosen[:, None]).squeeze(-1)


def nucleus(logits: Tensor, temperatures: Tensor, top_p: Tensor) -> Tensor:
    """Logits (R, V) in which only the likeliest tokens are left whose probabilities sum to `top_p` (R,), at least one
    (Holtzman et al. 2020)."""
    logps, order = scaled_logps(logits, temperatures).sort(dim=1, descending=True)
    before = logps.exp().cumsum(dim=1) - logps.exp()
    outside = torch.zeros_like(logits, dtype=torch.bool).scatter(1, order, before >= top_p[:, None])
    return logits.masked_fill(outside, -torch.inf)


def scaled_logps(logits: Tensor, temperatures: Tensor) -> Tensor:
    """Log-probabilities (R, V) at the rows' temperatures (R,), at 1 where that is 0."""
    return torch.log_softmax(logits / torch.where(temperatures == 0, 1.0, temperatures)[:, None], dim=-1)
