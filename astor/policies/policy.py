"""A policy: a causal language model, its tokenizer and its card, in an ordinary Hugging Face directory."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

from astor.errors import UserError
from astor.records import Message, PolicyCard, read_json, write_json
from astor.storage import digest_directory

disable_progress_bar()  # A policy is read and written every round; rounds have progress of their own.

CARD = "policy.json"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json")


@dataclass
class Policy:
    """A model with fp32 weights, in evaluation mode, and what turns messages into its tokens and back."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    card: PolicyCard | None = None
    """Who it is; None until it is saved, and for a model that is not of our making."""

    @property
    def device(self) -> torch.device:
        return self.model.device

    @cached_property
    def stop_tokens(self) -> frozenset[int]:
        """Tokens that end an answer: the tokenizer's and the generation config's end-of-sequence tokens."""
        ends = self.model.generation_config.eos_token_id
        ends = [ends] if isinstance(ends, int) else list(ends or [])
        return frozenset([*ends, self.tokenizer.eos_token_id]) - {None}

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """Tokens of the chat, up to where the assistant's answer begins, or goes on where it ends in a beginning."""
        turns = [{"role": message.role, "content": self._as_text(message.content)} for message in messages]
        begun = messages[-1].role == "assistant"
        tokens: list[int] = self.tokenizer.apply_chat_template(
            turns, add_generation_prompt=not begun, continue_final_message=begun, return_dict=False
        )
        return tokens

    def _as_text(self, content: str) -> str:
        """What a message says, in which nothing is read as the chat's own structure: a program's output, or an answer,
        could forge a turn. A special token's name is parted by a space after its first character."""
        for token in self._special_texts:
            content = content.replace(token, f"{token[0]} {token[1:]}")
        return content

    @cached_property
    def _special_texts(self) -> list[str]:
        return [token.content for token in self.tokenizer.added_tokens_decoder.values() if token.special]

    def decode(self, tokens: Sequence[int]) -> str:
        """The answer's text without its stop token. Special tokens inside an answer are faults, and stay visible."""
        if tokens and tokens[-1] in self.stop_tokens:
            tokens = tokens[:-1]
        text: str = self.tokenizer.decode(list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def precision(device: torch.device) -> AbstractContextManager[None]:
    """The precision of every forward pass: fp32 on the CPU; on CUDA bf16 over the fp32 weights, by autocast."""
    return torch.autocast("cuda", dtype=torch.bfloat16) if device.type == "cuda" else nullcontext()


def load_policy(directory: Path, device: str = "auto") -> Policy:
    """The policy in a Hugging Face directory, ours or any other's, on `device` (`auto`: CUDA where there is one).

    UserError where the directory, its tokenizer or its chat template is missing, or transformers can't read it.
    Neither pickles nor the directory's own code are loaded.
    """
    if not (directory / "config.json").is_file():
        raise UserError(f"{directory} is not a Hugging Face model directory: it has no config.json.")
    if not any((directory / name).is_file() for name in TOKENIZER_FILES):
        raise UserError(f"The policy in {directory} has no tokenizer: add its tokenizer.json.")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(directory, **local)
        # They would be written into the next policy's tokenizer_config.json, and change its digest.
        for key in ("is_local", "local_files_only"):
            tokenizer.init_kwargs.pop(key, None)
        model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, use_safetensors=True, **local)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise UserError(f"transformers cannot read the policy in {directory}: {error}") from error
    if tokenizer.chat_template is None:
        raise UserError(f"The tokenizer in {directory} has no chat template: add one, or use another model.")
    kinds = set(getattr(model.config, "layer_types", None) or ()) - {"full_attention", "sliding_attention"}
    if kinds:
        raise UserError(f"The policy in {directory} has {', '.join(sorted(kinds))} layers: only attention works.")
    card = read_json(directory / CARD, PolicyCard) if (directory / CARD).is_file() else None
    return Policy(model.to(device).eval(), tokenizer, card)


def save_policy(policy: Policy, directory: Path, *, parent: str | None, round: int, recipe_digest: str) -> PolicyCard:
    """Write the policy into the empty `directory`, with its card; the policy carries the card from then on."""
    policy.model.save_pretrained(directory)
    policy.tokenizer.save_pretrained(directory)
    card = PolicyCard(digest=digest_directory(directory), parent=parent, round=round, recipe_digest=recipe_digest)
    write_json(directory / CARD, card)
    policy.card = card
    return card
