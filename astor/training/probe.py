"""The linear maps whose gradients are sketched, each prompt's apart, beside the backward pass that trains."""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.policies.logprobs import prompts_of_passes
from astor.training.count_sketch import CHUNK, count_sketch
from astor.training.micro_batch import MicroBatch


class Probe:
    """Watches forward passes, and sketches gradients of what came of them.

    The gradient of a map's weights is what went in times the gradient of what came out, row by row, and the rows of
    different prompts never meet in a model. So one backward pass, no deeper than the first map that is watched, has the
    gradient of every prompt (Goodfellow 2015, arXiv 1510.01799): whatever tasks a micro-batch mixes, and whether or not
    this process holds the weights as a whole. No `.grad` is read or written.
    """

    def __init__(self, model: PreTrainedModel, layers: float, size: int) -> None:
        self.maps, self._size = probed_maps(model, layers), size
        self._calls: list[list[tuple[Tensor, Tensor]]] = [[] for _ in self.maps]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within, a forward pass is kept until it is sketched."""
        for calls in self._calls:
            calls.clear()
        hooks = [
            map.register_forward_hook(lambda _, inputs, output, calls=calls: calls.append((inputs[0].detach(), output)))
            for map, calls in zip(self.maps, self._calls, strict=True)
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def sketch(self, piece: MicroBatch, losses: Tensor, factors: Sequence[Tensor] | None = None) -> Tensor:
        """(1, P, size) fp64, for each of the P informative groups of `piece`, which stand first in it, the sketch of
        the gradient of the sum of `losses` (R, L) over its tokens; the graph stays.

        With `factors`, one tensor for each map's weights, (2, P, size): the second of the gradients times them.
        """
        prompts = sum(group.informative for group in piece.groups)
        loss = losses.masked_fill(~piece.informative_mask, 0.0).sum()
        outputs = [output for calls in self._calls for _, output in calls]
        found = list(torch.autograd.grad(loss, outputs, retain_graph=True, allow_unused=True))
        passes = [
            torch.bincount(owners, minlength=prompts).tolist()
            for owners in prompts_of_passes(piece.prompts, piece.completions, piece.chunks > 0)
        ]
        sketches = count_sketch(self._parts(prompts, found, passes, factors), self._size)
        for calls in self._calls:
            calls.clear()
        return sketches.view(2 if factors else 1, prompts, self._size)

    def _parts(
        self, prompts: int, gradients: list[Tensor | None], passes: list[list[int]], factors: Sequence[Tensor] | None
    ) -> Iterator[Tensor]:
        """The prompts' gradients, map after map, some rows of the weights at a time."""
        remaining = iter(gradients)
        for index, (map, calls) in enumerate(zip(self.maps, self._calls, strict=True)):
            known = zip(calls, remaining, passes[-len(calls) :], strict=False)
            used = [(inputs, gradient, counts) for (inputs, _), gradient, counts in known if gradient is not None]
            out, width = map.out_features, map.in_features
            step = max(CHUNK // (width * max(prompts, 1)), 1)
            for rows in (slice(start, start + step) for start in range(0, out, step)):
                part = _by_prompt(prompts, used, (len(range(out)[rows]), width), rows, map.weight.device)
                if factors is not None:
                    part = torch.cat([part, part * factors[index][rows].flatten()])
                yield part


def _by_prompt(
    prompts: int,
    calls: Sequence[tuple[Tensor, Tensor, list[int]]],
    shape: tuple[int, int],
    rows: slice,
    device: torch.device,
) -> Tensor:
    """(P, n) fp32 gradients of some `rows` of a weight, of this shape, laid flat, from inputs, gradients of outputs,
    and how many of their rows are each prompt's, one after the other."""
    total = torch.zeros(prompts, math.prod(shape), device=device)
    for inputs, gradient, counts in calls:
        start = 0
        for prompt, count in enumerate(counts[:prompts]):
            mine = slice(start, start := start + count)
            out = gradient[mine, :, rows].flatten(0, 1)
            total[prompt] += (out.T @ inputs[mine].flatten(0, 1).to(out.dtype)).flatten()
    return total


def has_maps(probe: Probe, model: str, needed: bool) -> bool:
    """Whether a model has something to sketch. UserError where it has not, and that is `needed`."""
    if needed and not probe.maps:
        raise UserError(
            f"A {model} has no o_proj or down_proj to sketch gradients of: set the scheduler's utility.synergy.weight "
            "to 0, and no training.loss.aggregation: balanced."
        )
    return bool(probe.maps)


def probed_maps(model: PreTrainedModel, share: float) -> list[nn.Linear]:
    """LoRA's maps in the last `share` of the layers where there are any, else `o_proj` and `down_proj` there.

    Only maps that are trained; none where the model has none.
    """
    first = model.config.num_hidden_layers - math.ceil(share * model.config.num_hidden_layers)
    last = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear)
        and module.weight.requires_grad
        and (layer := re.search(r"\.layers\.(\d+)\.", name))
        and int(layer[1]) >= first
    ]
    lora = [module for name, module in last if ".lora_" in name]
    return lora or [module for name, module in last if re.search(r"\.(self_attn\.o_proj|mlp\.down_proj)$", name)]
