"""States as dicts that JSON can hold, and draws that need no state at all."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from astor.errors import UserError


def require_keys(state: Mapping[str, Any], keys: Collection[str], owner: str) -> None:
    """UserError unless the keys of `state` are exactly `keys`; `owner` is what the state is of."""
    missing, unknown = sorted(set(keys) - set(state)), sorted(set(state) - set(keys))
    if missing or unknown:
        raise UserError(
            f"The state of {owner} is not of this recipe: missing {missing or 'nothing'}, unknown "
            f"{unknown or 'nothing'}. Continue with the recipe that wrote it, or start over with --fresh."
        )


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A generator that depends on the seed and on what is drawn, as `generator(seed, round, "quotas")`.

    Whoever resumes needs the seed and the round alone, and tasks draw alike in whatever order they are named.
    """
    text = ":".join(map(str, (seed, *names)))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]))
