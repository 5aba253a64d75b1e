"""Rows that are decoded together, whose keys and values lie where the next ones are written beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import Cache, DynamicLayer, PreTrainedModel

from astor.policies.precision import product_dtype
from astor.policies.prefix import Prefix
from astor.rollout.engines.graphs import CapturedStep


@dataclass
class At:
    """Where a step is, for all layers."""

    rows: int
    """In flight, the first of those that there is room for."""
    used: int
    """Columns that are filled."""
    shown: int
    """Columns that attention looks at."""
    column: Tensor
    """(1,), the column that is written next, `used`."""
    fixed: bool
    """Whether a step tells columns by tensors alone, so that it is the same for all that are shown."""


class Decoder:
    """Rows in flight of one model, with room for all that they may come to.

    All rows stand at one column, so that a step writes one column of every layer and copies nothing. Attention looks at
    the columns that are filled, rounded up to a multiple of `block`, and passes over those that nothing stands in.
    """

    def __init__(self, model: PreTrainedModel, prompts: int, columns: int, rows: int, block: int = 1) -> None:
        """
        Args:
            prompts: tokens of the longest prompt.
            columns: most tokens of a row.
            rows: most rows.
            block: above 1, steps of as many columns are the same but for what their tensors hold, and on CUDA one of
                them is captured and played back. `graphs.takes_blocks` says of which models that is exact.
        """
        self.model, self.block = model, block
        self.at = At(rows, prompts, prompts, torch.tensor([prompts], device=model.device), block > 1)
        self.mask = torch.zeros(rows, columns, dtype=torch.long, device=model.device)
        """(rows, columns), 1 where a token stands."""
        self.places = torch.zeros(rows, dtype=torch.long, device=model.device)
        """(rows,), the place in its text of each row's next token."""
        self.tokens = torch.zeros(rows, dtype=torch.long, device=model.device)
        """(rows,), the tokens that are fed."""
        self.layers: list[Layer] = []
        self._room = 0
        self._captured = CapturedStep() if block > 1 and model.device.type == "cuda" else None

    def fill(self, first: int, prefix: Prefix, owner: Tensor) -> None:
        """Have the rows from `first` on be of the prompts `owner` (R,), which the prefix holds whole."""
        width, rows = prefix.mask.shape[1], slice(first, first + len(owner))
        columns, self._room = slice(self.at.used - width, self.at.used), prefix.room
        if not self.layers:
            self.layers = [Layer(self.at, self.mask.shape, each.keys, each.values) for each in prefix.cache.layers]
        for layer, each in zip(self.layers, prefix.cache.layers, strict=True):
            layer.all_keys[rows, :, columns] = each.keys[owner]
            layer.all_values[rows, :, columns] = each.values[owner]
        self.mask[rows, columns] = prefix.mask[owner]
        self.places[rows] = prefix.lengths[owner]

    def step(self, tokens: Tensor) -> Tensor:
        """Feed a token per row (R,); the logits (R, V) of the next, fp32."""
        at = self.at
        self.mask[:, at.used] = 1
        self.tokens[: at.rows] = tokens
        at.shown = min(-(-(at.used + 1) // self.block) * self.block, self.mask.shape[1])
        logits = self._captured.play(self.forward, (at.rows, at.shown)) if self._captured else self.forward()
        at.used += 1
        at.column += 1
        self.places.add_(1).clamp_(max=self._room - 1)  # rows that have ended keep to the room
        return logits

    def forward(self) -> Tensor:
        """The logits (R, V) after the tokens that are fed, fp32."""
        at = self.at
        logits: Tensor = self.model(
            input_ids=self.tokens[: at.rows, None],
            attention_mask=self.mask[: at.rows, : at.shown],
            position_ids=self.places[: at.rows, None],
            past_key_values=Cache(layers=list(self.layers)),
            use_cache=True,
        ).logits[:, -1]
        return logits.float()

    def select(self, rows: Tensor) -> None:
        """Go on with these rows alone; a row may be taken many times."""
        self.at.rows = count = len(rows)
        for layer in self.layers:
            for kept in (layer.all_keys, layer.all_values):
                kept[:count, :, : self.at.used] = kept[rows, :, : self.at.used]
        self.mask[:count] = self.mask[rows]
        self.places[:count] = self.places[rows]


class Layer(DynamicLayer):  # type: ignore[misc]  # transformers has no types
    """Keys and values of one layer: (rows, heads, columns, width), of which a step sees those in flight.

    They are kept in the dtype that attention multiplies them in. Autocast hands over some in fp32, as keys that rotary
    embeddings turned, and others in bf16; a DynamicCache takes all in the dtype of the first, at twice the memory.
    """

    def __init__(self, at: At, size: Sequence[int], keys: Tensor, values: Tensor) -> None:
        """Zeros for all rows and columns, `size`, with heads and widths as `keys` and `values` have them."""
        super().__init__()
        self.at, self.is_initialized = at, True
        self.all_keys, self.all_values = (
            each.new_zeros(size[0], each.shape[1], size[1], each.shape[3], dtype=product_dtype(each))
            for each in (keys, values)
        )

    def update(self, key_states: Tensor, value_states: Tensor, *others: Any, **named: Any) -> tuple[Tensor, Tensor]:
        """Write one column, and show all."""
        keys, values = self.all_keys[: self.at.rows], self.all_values[: self.at.rows]
        keys.index_copy_(2, self.at.column, key_states.to(keys.dtype))
        values.index_copy_(2, self.at.column, value_states.to(values.dtype))
        return keys[:, :, : self.at.shown], values[:, :, : self.at.shown]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns that are shown, and where they begin."""
        return self.at.shown, 0

    def get_seq_length(self) -> Any:
        """The column of the token that is fed."""
        return self.at.column if self.at.fixed else self.at.used
