"""Every way of making batches."""

from collections.abc import Sequence

from astor.coordination.batches.batches import Batches, Dynamic, Plain
from astor.coordination.batches.options import BatchesOptions
from astor.coordination.batches.ratio_preserving import RatioPreserving

KINDS: dict[str, type[Batches]] = {"plain": Plain, "dynamic": Dynamic, "ratio_preserving": RatioPreserving}


def make_batches(options: BatchesOptions, tasks: Sequence[str]) -> Batches:
    """What `options` name."""
    return KINDS[options.by](options, tasks)
