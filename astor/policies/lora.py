"""Adapters: policies that are another's weights and a few of their own, by LoRA (Hu and others 2106.09685), with peft.

peft takes a second to import, and a policy that has all of its weights has no need of it: it is imported where it is
used.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.policies.options import LoraOptions

if TYPE_CHECKING:
    from peft.tuners.tuners_utils import BaseTunerLayer

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""Files of an adapter, as peft names them: whatever loads adapters of peft, as vLLM, loads these."""
PREFIX = "base_model.model."
"""That peft's names of weights begin with."""


def add_adapter(model: PreTrainedModel, options: LoraOptions, seed: int) -> None:
    """Freeze the model's weights and add the adapter's, in fp32, which alone are trained: they change nothing before
    the first step.

    On CUDA the frozen weights are kept in bf16, in which they are computed with anyway. UserError where the model has
    no map that `options.targets` names.
    """
    from peft import LoraConfig, inject_adapter_in_model

    model.requires_grad_(False)
    if model.device.type == "cuda":
        round_weights(model)
    config = LoraConfig(r=options.rank, lora_alpha=options.alpha, target_modules=list(options.targets))
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inject_adapter_in_model(config, model)
    except ValueError as error:
        raise UserError(
            f"A {type(model).__name__} has none of the maps {', '.join(options.targets)} (training.lora.targets): name "
            "linear maps of its layers."
        ) from error
    for weight in adapter_weights(model).values():
        weight.data = weight.data.float()
    model.eval()


def round_weights(model: PreTrainedModel) -> None:
    """Have the weights in bf16. Buffers stay: angles of rotary embeddings do not bear it."""
    for weight in model.parameters():
        weight.data = weight.data.bfloat16()


def adapter_weights(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    """Name → weight of the adapter; none of a model without one."""
    return {name: weight for name, weight in model.named_parameters() if ".lora_" in name}


@contextmanager
def adapter_off(model: PreTrainedModel) -> Iterator[None]:
    """Within, the model computes what its base does."""
    layers = list(_layers(model).values())
    for layer in layers:
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers:
            layer.enable_adapters(True)


def save_adapter(
    model: PreTrainedModel,
    directory: Path,
    options: LoraOptions,
    base: str,
    weights: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Write the adapter, and the model's configuration, into `directory`; `base` is the digest of its base. `weights`
    by name stand for the adapter's in the model where that does not have them as a whole."""
    model.config.save_pretrained(directory)
    if model.generation_config is not None:
        model.generation_config.save_pretrained(directory)
    own = adapter_weights(model) if weights is None else weights
    told = {PREFIX + _told(name): weight.detach().contiguous() for name, weight in own.items()}
    save_file(told, directory / WEIGHTS, {"format": "pt"})
    config: dict[str, Any] = {
        "base_model_name_or_path": base,
        "bias": "none",
        "inference_mode": True,
        "lora_alpha": options.alpha,
        "lora_dropout": 0.0,
        "peft_type": "LORA",
        "r": options.rank,
        "target_modules": sorted(options.targets),
        "task_type": "CAUSAL_LM",
    }
    (directory / CONFIG).write_text(json.dumps(config, indent=2) + "\n")


def adapter_options(directory: Path) -> LoraOptions:
    """What kind of adapter lies in `directory`, as `save_adapter` wrote it."""
    config = json.loads((directory / CONFIG).read_text())
    return LoraOptions(rank=config["r"], alpha=config["lora_alpha"], targets=tuple(config["target_modules"]))


def load_adapter(model: PreTrainedModel, directory: Path) -> LoraOptions:
    """Add to its base the adapter in `directory`, and say of what kind it is.

    UserError where it cannot be read, or has other weights than an adapter of this model.
    """
    try:
        options, weights = adapter_options(directory), load_file(directory / WEIGHTS)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise UserError(f"The adapter in {directory} cannot be read: {error}") from error
    add_adapter(model, options, seed=0)
    own = {PREFIX + _told(name): weight for name, weight in adapter_weights(model).items()}
    if {name: weight.shape for name, weight in own.items()} != {name: each.shape for name, each in weights.items()}:
        raise UserError(f"The adapter in {directory} is of another model than the base that its policy.json names.")
    with torch.no_grad():
        for name, weight in own.items():
            weight.copy_(weights[name])
    return options


def merge_adapter(model: PreTrainedModel) -> None:
    """Add the adapter to the weights, which alone are left."""
    for name, layer in _layers(model).items():
        layer.merge(safe_merge=False)
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, layer.get_base_layer())
    model.requires_grad_(True)
    vars(model).pop("peft_config", None)


def _layers(model: PreTrainedModel) -> "dict[str, BaseTunerLayer]":
    from peft.tuners.tuners_utils import BaseTunerLayer

    return {name: module for name, module in model.named_modules() if isinstance(module, BaseTunerLayer)}


def _told(name: str) -> str:
    """The name of a weight as peft writes it, without that of the adapter."""
    return name.replace(".default.", ".")
