"""A live policy: a causal language model with its chat and its card, in an ordinary Hugging Face directory."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from astor.errors import UserError
from astor.policies.card import find_card, write_card
from astor.policies.chat import LOCAL, Chat, load_chat
from astor.records import PolicyCard
from astor.storage import PolicyRef, digest_directory

disable_progress_bar()  # A policy is read and written every round; rounds have progress of their own.


@dataclass
class Policy:
    """A model with fp32 weights, in evaluation mode, and what turns messages into its tokens and back."""

    model: PreTrainedModel
    chat: Chat
    card: PolicyCard | None = None
    """Who it is; None until it is saved, and for a model that is not of our making."""

    @property
    def device(self) -> torch.device:
        return self.model.device

    @property
    def ref(self) -> PolicyRef:
        """Which policy it is, as its card says; without a name where it has none."""
        return PolicyRef(self.card.digest, self.card.lineage) if self.card else PolicyRef("", "")


def precision(device: torch.device) -> AbstractContextManager[None]:
    """The precision of every forward pass: fp32 on the CPU; on CUDA bf16 over the fp32 weights, by autocast."""
    return torch.autocast("cuda", dtype=torch.bfloat16) if device.type == "cuda" else nullcontext()


def load_policy(directory: Path, device: str = "auto") -> Policy:
    """The policy in a Hugging Face directory, ours or any other's, on `device` (`auto`: CUDA where there is one).

    UserError where `load_chat` raises one, or transformers can't read the weights. Neither pickles nor the directory's
    own code are loaded.
    """
    chat = load_chat(directory)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, use_safetensors=True, **LOCAL)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise UserError(f"transformers cannot read the policy in {directory}: {error}") from error
    kinds = set(getattr(model.config, "layer_types", None) or ()) - {"full_attention", "sliding_attention"}
    if kinds:
        raise UserError(f"The policy in {directory} has {', '.join(sorted(kinds))} layers: only attention works.")
    return Policy(model.to(device).eval(), chat, find_card(directory))


def save_policy(policy: Policy, directory: Path, recipe_digest: str) -> None:
    """Write the policy into the empty `directory`, with its card; the policy carries the card from then on.

    One that has a card keeps its descent and gets the digest of its files; one that has none is the first of its run.
    """
    policy.model.save_pretrained(directory)
    policy.chat.tokenizer.save_pretrained(directory)
    digest = digest_directory(directory)
    first = PolicyCard(digest=digest, origin=digest, round=0, recipe_digest=recipe_digest)
    policy.card = policy.card.model_copy(update={"digest": digest}) if policy.card else first
    write_card(directory, policy.card)
