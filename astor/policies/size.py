"""How large a model is, read from its configuration and the headers of its files. No torch."""

import json
import math
import struct
from pathlib import Path
from typing import Any, NamedTuple

from astor.errors import UserError
from astor.policies.card import WEIGHTS
from astor.policies.options import TinyOptions
from astor.policies.room import CONTEXT_KEYS

CONFIG = "config.json"
Shape = tuple[int, ...]
BYTES = 4
"""Of a number in fp32, in which masters, moments and gradients are kept."""
HALF = 2
"""Of one in bf16."""
LOGITS = 1 << 26
"""Logits in memory at once: 256 MB in fp32. Our choice: at a vocabulary of 150,000 these are 440 positions, enough for
a matrix product to keep a GPU busy, and a tiny policy's micro-batch is one chunk."""


class PolicySize(NamedTuple):
    """What memory and disk depend on."""

    parameters: int
    layers: int
    hidden_size: int
    mlp_size: int
    vocabulary: int
    keys: int
    """Numbers that a token's keys and values are, in one layer."""
    context: int | None
    """Most tokens that prompt and answer may have together; None where the configuration does not say."""


def size_of_tiny(options: TinyOptions) -> PolicySize:
    """Of a tiny policy whose tokenizer has all the tokens that it may have."""
    width, keys = options.hidden_size, 2 * options.hidden_size // options.heads * options.key_value_heads
    block = 2 * width * width + width * keys + 3 * width * options.mlp_size + 2 * width
    return PolicySize(
        parameters=options.vocabulary * width + options.layers * block + width,
        layers=options.layers,
        hidden_size=width,
        mlp_size=options.mlp_size,
        vocabulary=options.vocabulary,
        keys=keys,
        context=options.context,
    )


def size_of_directory(directory: Path) -> PolicySize | None:
    """Of a Hugging Face directory; None where its files do not say, as of a family with other names for its sizes.

    UserError where its configuration or its weights cannot be read.
    """
    shapes = tensor_shapes(directory)
    if not (directory / CONFIG).is_file() or not shapes:
        return None
    try:
        whole: dict[str, Any] = json.loads((directory / CONFIG).read_text())
    except ValueError as error:
        raise _unreadable(directory, error) from error
    config = whole.get("text_config") or whole
    try:
        width, heads = config["hidden_size"], config["num_attention_heads"]
        return PolicySize(
            parameters=sum(map(math.prod, shapes.values())),
            layers=config["num_hidden_layers"],
            hidden_size=width,
            mlp_size=config.get("intermediate_size") or 4 * width,
            vocabulary=config["vocab_size"],
            keys=2 * (config.get("num_key_value_heads") or heads) * (config.get("head_dim") or width // heads),
            context=next((config[key] for key in CONTEXT_KEYS if config.get(key)), None),
        )
    except KeyError:
        return None


def tensor_shapes(directory: Path) -> dict[str, Shape]:
    """Name → shape of every tensor in the safetensors files of a directory, whose headers begin with their length.

    UserError where they cannot be read.
    """
    shapes: dict[str, Shape] = {}
    try:
        for file in sorted(directory.glob(f"*{WEIGHTS}")):
            with file.open("rb") as opened:
                (length,) = struct.unpack("<Q", opened.read(8))
                header = json.loads(opened.read(length))
            shapes |= {name: tuple(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__"}
    except (ValueError, struct.error) as error:
        raise _unreadable(directory, error) from error
    return shapes


def _unreadable(directory: Path, error: Exception) -> UserError:
    return UserError(f"The model in {directory} cannot be read ({error}): fetch it again.")
