"""Merging: several policies of one origin made into one, weight by weight, without training."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

Weights = Mapping[str, Tensor]
"""Name of a parameter → its values."""


def average(base: Weights, parents: Sequence[Weights]) -> dict[str, Tensor]:
    """Mean of the parents' weights: task arithmetic (Ilharco and others 2212.04089) with a scale of 1/K.

    `base` is what they began from, which does not matter here.
    """
    with torch.no_grad():
        return {name: torch.stack([parent[name] for parent in parents]).mean(0) for name in base}


def ties(base: Weights, parents: Sequence[Weights], density: float = 0.2, scale: float = 1.0) -> dict[str, Tensor]:
    """TIES (Yadav and others 2306.01708, algorithm 1) of the parents' differences from `base`.

    Trim: of each difference the `density` of all its values that are largest stay, over all parameters together. Elect:
    a value's sign is that of the sum over parents. Merge: the mean of the parents' values that have this sign, which
    is added to the base `scale` times. The paper's values are 0.2 and 1.
    """
    with torch.no_grad():
        differences = [{name: parent[name] - base[name] for name in base} for parent in parents]
        kept = [_trimmed(difference, density) for difference in differences]
        result = {}
        for name, start in base.items():
            values = torch.stack([difference[name] for difference in kept])
            agrees = (values != 0) & (values.sign() == values.sum(0).sign())
            mean = torch.where(agrees, values, 0.0).sum(0) / agrees.sum(0).clamp(min=1)
            result[name] = start + scale * mean
        return result


def replace(weights: Weights, merged: Weights) -> None:
    """Write the merged values into the weights of a model."""
    with torch.no_grad():
        for name, values in merged.items():
            weights[name].copy_(values)


def _trimmed(difference: Weights, density: float) -> dict[str, Tensor]:
    """The difference with all but its largest values set to 0; equal ones at the edge stay."""
    sizes = torch.cat([values.abs().flatten() for values in difference.values()])
    dropped = len(sizes) - max(round(density * len(sizes)), 1)
    edge = sizes.kthvalue(dropped + 1).values
    return {name: torch.where(values.abs() >= edge, values, 0.0) for name, values in difference.items()}
