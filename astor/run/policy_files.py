"""Whether the files of a first policy fit each other, and the adapter that is to be trained: told by their headers."""

from collections.abc import Mapping
from pathlib import Path

from astor.errors import UserError
from astor.policies.card import base_directory, find_card, policy_directory
from astor.policies.options import LoraOptions
from astor.policies.size import Shape, size_of_directory, tensor_shapes
from astor.training.first_policy import FirstPolicyOptions

EMBEDDINGS = ("embed_tokens.weight", "wte.weight", "lm_head.weight")
"""How names of weights end that have a row for each token."""


def check_policy_files(policy: FirstPolicyOptions, lora: LoraOptions | None) -> None:
    """Look at the directory of a policy that has one, and at that of its base.

    Raises:
        UserError: the base of an adapter is gone, or another policy, the weights have another number of tokens than
            the configuration, or none of them is called as one of `lora.targets`.
    """
    place = getattr(policy, "path", None)
    if place is None:
        return
    directory = policy_directory(place)
    card = find_card(directory)
    if card and card.base:
        directory = base_directory(directory, card.base)
    shapes = tensor_shapes(directory)
    if size := size_of_directory(directory):
        _check_embedding(directory, shapes, size.vocabulary)
    if lora and shapes:
        _check_targets(directory, shapes, lora)


def _check_embedding(directory: Path, shapes: Mapping[str, Shape], vocabulary: int) -> None:
    for name, shape in shapes.items():
        if name.endswith(EMBEDDINGS) and shape[0] != vocabulary:
            raise UserError(
                f"The weights in {directory} have {name} of {shape[0]} tokens, and their config.json says vocab_size "
                f"{vocabulary}: fetch the model again, or use another."
            )


def _check_targets(directory: Path, shapes: Mapping[str, Shape], lora: LoraOptions) -> None:
    maps = [name.removesuffix(".weight") for name, shape in shapes.items() if len(shape) == 2]
    if lacking := [target for target in lora.targets if not any(f".{name}".endswith(f".{target}") for name in maps)]:
        known = {name.rpartition(".")[2] for name in maps if not f"{name}.weight".endswith(EMBEDDINGS)}
        raise UserError(
            f"The model in {directory} has no {', '.join(lacking)} (training.lora.targets): name some of "
            f"{', '.join(sorted(known))}."
        )
