"""How messages become a policy's tokens and tokens become text, without its weights. No torch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from astor.errors import UserError
from astor.records import Message

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json")
LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
"""Neither a hub nor the directory's own code."""


@dataclass
class Chat:
    """A tokenizer with its chat template, and where answers end."""

    tokenizer: PreTrainedTokenizerBase
    stop_tokens: frozenset[int]
    """Tokens that end an answer."""
    context: int
    """Most tokens that prompt and answer may have together."""

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


def load_chat(directory: Path) -> Chat:
    """The chat of the policy in a Hugging Face directory, ours or any other's.

    UserError where the directory, its tokenizer or its chat template is missing, or transformers can't read it.
    """
    if not (directory / "config.json").is_file():
        raise UserError(f"{directory} is not a Hugging Face model directory: it has no config.json.")
    if not any((directory / name).is_file() for name in TOKENIZER_FILES):
        raise UserError(f"The policy in {directory} has no tokenizer: add its tokenizer.json.")
    try:
        tokenizer = _load_tokenizer(directory)
        config = json.loads((directory / "config.json").read_text())
        generation = directory / "generation_config.json"
        ends = (json.loads(generation.read_text()) if generation.is_file() else config).get("eos_token_id")
        context = context_of(config)
    except Exception as error:  # Of a damaged file tokenizers raises Exception itself, and transformers what comes.
        raise UserError(f"transformers cannot read the policy in {directory}: {error}") from error
    # They would be written into the next policy's tokenizer_config.json, and change its digest.
    for key in ("is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(key, None)
    if tokenizer.chat_template is None:
        raise UserError(f"The tokenizer in {directory} has no chat template: add one, or use another model.")
    ends = [ends] if isinstance(ends, int) else list(ends or [])
    return Chat(tokenizer, frozenset([*ends, tokenizer.eos_token_id]) - {None}, context)


def _load_tokenizer(directory: Path) -> PreTrainedTokenizerBase:
    if (directory / "tokenizer.json").is_file():
        return PreTrainedTokenizerFast.from_pretrained(directory, **LOCAL)
    from transformers import AutoTokenizer  # which knows older forms, and brings torch

    return AutoTokenizer.from_pretrained(directory, **LOCAL)


def context_of(config: Mapping[str, Any]) -> int:
    """Tokens that prompt and answer may have together: the model's context, or its sliding attention window.

    `config` is the model's, as its `config.json` has it. In a padded prompt the window would count the padding, so that
    within the window only is attention exact.
    """
    if "sliding_attention" in (config.get("layer_types") or ()):
        return int(min(config["max_position_embeddings"], config["sliding_window"]))
    return int(config["max_position_embeddings"])
