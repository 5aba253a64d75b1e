"""The answers in the making: rows of one batch, which new ones join and finished ones leave at any token."""

from collections import Counter, deque
from collections.abc import Sequence

import torch
from torch import Tensor

from astor.policies.policy import Policy
from astor.policies.precision import precision
from astor.policies.prefix import compute_prefix
from astor.rollout.engines.draw import draw, nucleus, scaled_logps
from astor.serving.decoder import JoinableDecoder
from astor.serving.messages import Alternatives, Ask, Scored, Token
from astor.serving.row import Row

FEW, PATIENCE = 8, 4
"""Rows that are less than an eighth of those in the making wait for others, up to four steps. Our choice: a prompt
costs as much as a step of them all, so that rows which came one by one would double the time of every token."""


class RunningRows:
    """Rows that wait, and rows that are sampled together, a token each at every step.

    What is sampled for a row does not depend on the rows beside it, but for the rounding of floating point.
    """

    def __init__(self, policy: Policy, most_tokens: int) -> None:
        """`most_tokens`: of the rows that are sampled together, their prompts among them; one alone may be longer."""
        self._policy, self._most_tokens = policy, most_tokens
        self._stops = torch.tensor(sorted(policy.chat.stop_tokens), device=policy.device)
        self._waiting: dict[int, deque[Row]] = {}
        """Number of an ask → its rows that nothing was sampled for."""
        self._rows: list[Row] = []
        self._decoder: JoinableDecoder | None = None
        self._tokens = torch.empty(0, dtype=torch.long)
        """(R,), the token that is fed next for each row."""
        self._steps_waited = 0

    def __len__(self) -> int:
        return len(self._rows) + sum(map(len, self._waiting.values()))

    def add(self, ask: Ask) -> None:
        """Have the ask's answers sampled as soon as there is room."""
        if ask.rollouts:
            rows = (Row.of(ask, rollout, self._policy.chat) for rollout in range(ask.rollouts))
            self._waiting[ask.number] = deque(rows)

    def drop(self, gone: set[tuple[int, int]]) -> None:
        """Sample no more for these rows, given as numbers of asks and rollouts; others are passed over."""
        for number in {number for number, _ in gone} & self._waiting.keys():
            self._waiting[number] = deque(row for row in self._waiting[number] if (number, row.rollout) not in gone)
            if not self._waiting[number]:
                del self._waiting[number]
        self._keep([(row.ask.number, row.rollout) not in gone for row in self._rows])

    def fail(self) -> set[int]:
        """Give up the rows that are sampled now; the numbers of their asks."""
        numbers = {row.ask.number for row in self._rows}
        self._rows, self._decoder = [], None
        return numbers

    def step(self) -> list[Token]:
        """A token of every row that there is room for."""
        with torch.inference_mode(), precision(self._policy.device):
            if joining := self._next():
                self._admit(joining)
            if self._decoder is None:
                return []
            self._tokens, told = self._draw(self._decoder.step(self._tokens))
            self._keep([one.end is None for one in told])
        return told

    def _next(self) -> list[Row]:
        """As many waiting rows as there is room for, once enough wait or they have waited enough.

        The next one is of the ask that has the fewest in the making, so that nobody waits for all of another's many.
        """
        self._steps_waited += bool(self._waiting)
        if (len(self) - len(self._rows)) * FEW < len(self._rows) and self._steps_waited < PATIENCE:
            return []
        made = Counter(row.ask.number for row in self._rows)
        tokens = sum(row.tokens for row in self._rows)
        joining: list[Row] = []
        while self._waiting:
            number = min(self._waiting, key=lambda ask: made[ask])
            tokens += self._waiting[number][0].tokens
            if tokens > self._most_tokens and (self._rows or joining):
                break
            joining.append(self._waiting[number].popleft())
            made[number] += 1
            if not self._waiting[number]:
                del self._waiting[number]
        self._steps_waited = 0
        return joining

    def _admit(self, joining: Sequence[Row]) -> None:
        """Compute each prompt once, and let its rows join."""
        self._rows += joining  # so that `fail` knows of them
        asks = {row.ask.number: row.ask for row in joining}
        place = {number: index for index, number in enumerate(asks)}
        prompts, most = [ask.prompt for ask in asks.values()], [ask.max_tokens for ask in asks.values()]
        owner = torch.tensor([place[row.ask.number] for row in joining], device=self._policy.device)
        prefix = compute_prefix(self._policy.model, prompts, most).select(owner)
        if self._decoder is None:
            self._decoder, self._tokens = JoinableDecoder(self._policy, prefix), prefix.last_tokens
        else:
            self._decoder.prefix = self._decoder.prefix.join(prefix)
            self._tokens = torch.cat([self._tokens, prefix.last_tokens])

    def _draw(self, logits: Tensor) -> tuple[Tensor, list[Token]]:
        """The next token of every row, from logits (R, V), and what is told of it."""
        device = self._policy.device
        temperatures = torch.tensor([row.ask.temperature for row in self._rows], device=device)
        numbers = torch.tensor([row.number for row in self._rows], device=device)
        allowed = logits
        if any(row.ask.top_p < 1 for row in self._rows):
            top_p = torch.tensor([row.ask.top_p for row in self._rows], device=device)
            allowed = nucleus(logits, temperatures, top_p)
        tokens, logps = draw(allowed, temperatures, numbers)
        if allowed is not logits:
            logps = scaled_logps(logits, temperatures).gather(1, tokens[:, None]).squeeze(1)
        most = max(row.ask.alternatives for row in self._rows)
        alternatives = likeliest(scaled_logps(logits, temperatures), most) if most else [()] * len(self._rows)
        for place, row in enumerate(self._rows):
            if row.forced:
                tokens[place], logps[place] = row.forced[0], 0.0
        stopped = torch.isin(tokens, self._stops).tolist()
        told = []
        for row, token, logp, others, stop in zip(
            self._rows, tokens.tolist(), logps.tolist(), alternatives, stopped, strict=True
        ):
            end = row.take(token, stop, self._policy.chat)
            told.append(Token(row.ask.number, row.rollout, token, logp, others[: row.ask.alternatives], end))
        return tokens, told

    def _keep(self, kept: Sequence[bool]) -> None:
        """Go on with the rows that are kept, in their order."""
        if all(kept):
            return
        assert self._decoder is not None
        self._rows = [row for row, keep in zip(self._rows, kept, strict=True) if keep]
        if not self._rows:
            self._decoder = None
            return
        places = torch.tensor(kept, device=self._policy.device).nonzero().squeeze(1)
        self._decoder.prefix = self._decoder.prefix.select(places).trim()
        self._tokens = self._tokens[places]


def score(policy: Policy, ask: Ask) -> Scored:
    """What the policy thinks of the ask's own prompt."""
    tokens = torch.tensor([ask.prompt], device=policy.device)
    with torch.inference_mode(), precision(policy.device):
        logps = policy.model(input_ids=tokens, use_cache=False).logits[0, :-1].float().log_softmax(dim=-1)
    own = logps.gather(1, tokens[0, 1:, None]).squeeze(1)
    return Scored(ask.number, tuple(own.tolist()), tuple(likeliest(logps, ask.alternatives)))


def likeliest(logps: Tensor, count: int) -> list[Alternatives]:
    """The `count` likeliest tokens of each row of log-probabilities (R, V)."""
    values, tokens = logps.topk(min(count, logps.shape[1]), dim=1)
    return [tuple(zip(*pair, strict=True)) for pair in zip(tokens.tolist(), values.tolist(), strict=True)]
