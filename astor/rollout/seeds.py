"""Seeds of single requests, the same on every machine."""

import hashlib


def row_seed(seed: int, name: str) -> int:
    """The seed of one row, in [0, 2**64), from the batch's seed and a name: the prompt's id, and where in it."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8])
