"""Steps that a GPU plays back: launching a step's kernels one by one takes longer than the kernels do."""

from collections.abc import Callable

import torch
from torch import Tensor
from transformers import PreTrainedModel

COLUMNS = 256
"""Columns of a block. Our choice: an answer of a thousand tokens takes a few captures, each some tenths of a second."""
TURNING_ANEW = frozenset({"dynamic", "longrope"})
"""Rotary embeddings that read on the CPU how long a text is."""
FROM_THE_CPU = frozenset({"falcon"})
"""Types whose layers bring indices from the CPU at every step, which no capture takes."""


def takes_blocks(model: PreTrainedModel) -> bool:
    """Whether a step may look at columns that nothing stands in yet, and be captured: transformers says of which models
    that is so, for its own static cache. Masks of its `eager` attention have a number from the CPU, which no capture
    takes."""
    rotary = getattr(model.config.get_text_config(decoder=True), "rope_parameters", None) or {}
    kinds = {rotary.get("rope_type"), *(kind.get("rope_type") for kind in rotary.values() if isinstance(kind, dict))}
    from_the_cpu = model.config._attn_implementation == "eager" or model.config.model_type in FROM_THE_CPU
    return bool(model._can_compile_fullgraph) and not kinds & TURNING_ANEW and not from_the_cpu


class CapturedStep:
    """One step as a CUDA graph, captured anew where its shape is another."""

    def __init__(self) -> None:
        self._shape: tuple[int, int] | None = None
        self._graph: torch.cuda.CUDAGraph | None = None
        self._output: Tensor | None = None

    def play(self, forward: Callable[[], Tensor], shape: tuple[int, int]) -> Tensor:
        """What `forward` returns, which the next call overwrites.

        `forward` is the same at every call, and reads and writes tensors that stay where they are. `shape` is what
        their sizes depend on.
        """
        if shape != self._shape:
            self._graph = self._output = None  # so that its memory is free for the next
            self._capture(forward)
            self._shape = shape
        assert self._graph is not None
        assert self._output is not None
        self._graph.replay()
        return self._output

    def _capture(self, forward: Callable[[], Tensor]) -> None:
        # What autocast keeps from one operation to the next would be gone when the graph is played.
        with torch.autocast("cuda", dtype=torch.bfloat16, cache_enabled=False):
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                forward()  # loads and chooses kernels, which no capture may
            torch.cuda.current_stream().wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self._output = forward()
        self._graph = graph
