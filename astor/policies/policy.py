"""A live policy: a causal language model with its chat and its card, in an ordinary Hugging Face directory."""

from logging import getLogger
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

from astor.errors import UserError
from astor.policies.attention import attention_of
from astor.policies.card import base_directory, find_card, write_card
from astor.policies.chat import LOCAL, Chat, load_chat, load_config, write_options
from astor.policies.lora import CONFIG, load_adapter, save_adapter
from astor.policies.options import LoraOptions
from astor.policies.trial import check_sharing
from astor.records import PolicyCard
from astor.storage import PolicyRef, digest_directory

disable_progress_bar()  # A policy is read and written every round; rounds have progress of their own.
# What is wrong with weights is said in one sentence, and what they have too many does no harm.
getLogger("transformers.modeling_utils").addFilter(lambda record: "LOAD REPORT" not in record.getMessage())


class Policy:
    """A model with fp32 weights, in evaluation mode, and what turns messages into its tokens and back."""

    def __init__(
        self, model: PreTrainedModel, chat: Chat | PreTrainedTokenizerBase, card: PolicyCard | None = None
    ) -> None:
        """Of a `chat` that is a tokenizer alone, the model's configuration says where answers end, and the context."""
        if isinstance(chat, PreTrainedTokenizerBase):
            chat = Chat.of(chat, model.config, model.config.get_text_config(decoder=True).eos_token_id)
        self.model, self.chat = model, chat
        self.card = card
        """Who it is; None until it is saved, and for a model that is not of our making."""
        self.lora: LoraOptions | None = None
        """Of what kind its adapter is; None where all weights are its own."""

    @property
    def device(self) -> torch.device:
        return self.model.device

    @property
    def ref(self) -> PolicyRef:
        """Which policy it is, as its card says; without a name where it has none."""
        return PolicyRef(self.card.digest, self.card.lineage) if self.card else PolicyRef("", "")


def load_policy(directory: Path, device: str = "auto") -> Policy:
    """The policy in a Hugging Face directory, ours or any other's, on `device` (`auto`: CUDA where there is one).

    An adapter's base is loaded with it. UserError where it is not the one that the adapter belongs to, `load_chat`
    raises one, transformers can't read the weights, some are missing, or answers cannot share their prompts, which is
    tried where the policy is not of our making. Neither pickles nor the directory's own code are loaded.
    """
    card = find_card(directory)
    if (directory / CONFIG).is_file():
        return _load_adapted(directory, card, device)
    chat = load_chat(directory)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        model, loading = AutoModelForCausalLM.from_pretrained(
            directory,
            dtype=torch.float32,
            use_safetensors=True,
            attn_implementation=attention_of(load_config(directory)),
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are told below
            **LOCAL,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise UserError(f"transformers cannot read the policy in {directory}: {error}") from error
    for name, has, wanted in sorted(loading["mismatched_keys"]):
        raise UserError(
            f"The weights in {directory} have {name} of shape {tuple(has)}, and their config.json asks for "
            f"{tuple(wanted)}: fetch the model again, or use another."
        )
    if missing := sorted(loading["missing_keys"]):
        raise UserError(
            f"The weights in {directory} lack {missing[0]} and {len(missing) - 1} more that its config.json asks for: "
            "fetch the model again, or use another."
        )
    if card is None:
        try:
            check_sharing(model.eval())
        except UserError as error:
            raise UserError(f"{directory}: {error}") from error
    return Policy(model.to(device).eval(), chat, card)


def _load_adapted(directory: Path, card: PolicyCard | None, device: str) -> Policy:
    if card is None or card.base is None:
        raise UserError(
            f"{directory} holds an adapter, and not which policy it belongs to: merge it into its base first."
        )
    policy = load_policy(base_directory(directory, card.base), device)
    policy.lora, policy.card = load_adapter(policy.model, directory), card
    return policy


def save_policy(
    policy: Policy,
    directory: Path,
    recipe_digest: str,
    parents: tuple[str, ...] = (),
    weights: dict[str, torch.Tensor] | None = None,
) -> None:
    """Write the policy into the empty `directory`, with its card; the policy carries the card from then on.

    One that has a card keeps its descent and gets the digest of its files; one that has none is the first of its run,
    made from `parents`, if any. `weights` by name stand for those of the model where it does not have them as a whole.
    """
    if policy.chat.options.stop_tokens:  # so that whatever else generates from the directory ends there too
        policy.model.generation_config.eos_token_id = sorted(policy.chat.stop_tokens)
    if policy.lora:
        assert policy.card, "a policy that has an adapter has a card"
        assert policy.card.base, "an adapter has a base"
        save_adapter(policy.model, directory, policy.lora, policy.card.base.digest, weights)
    else:
        policy.model.save_pretrained(directory, state_dict=weights)
    policy.chat.tokenizer.save_pretrained(directory)
    write_options(directory, policy.chat.options)
    digest = digest_directory(directory)
    first = PolicyCard(digest=digest, origin=digest, parents=parents, round=0, recipe_digest=recipe_digest)
    policy.card = policy.card.model_copy(update={"digest": digest}) if policy.card else first
    write_card(directory, policy.card)
