"""The threads of CPU mathematics, which results depend on."""

import torch

from astor.policies.determinism import use_deterministic_operations
from astor.recipe.recipe import Recipe


def set_threads(recipe: Recipe) -> None:
    """Have torch use the recipe's number of threads, and operations that repeat to the bit."""
    torch.set_num_threads(recipe.threads)
    use_deterministic_operations()
