"""The threads of CPU mathematics, which results depend on."""

import torch

from astor.recipe.recipe import Recipe


def set_threads(recipe: Recipe) -> None:
    """Have torch use the recipe's number of threads, and only operations that repeat to the bit."""
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
