"""How messages become a policy's tokens and tokens become text, without its weights. No torch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from astor.errors import UserError
from astor.policies.chat_options import ChatOptions
from astor.policies.room import check_context_is_said, room_of_config
from astor.policies.template import Ending, check_names, fold_system_turns, render, takes_system_turns
from astor.records import Message
from astor.tasks.thinking import begun_thinking

if TYPE_CHECKING:
    from transformers import PretrainedConfig

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json")
OPTIONS_FILE = "chat.json"
"""Beside the weights: how the policy is talked with, where that is not as its other files say."""
PROMPT_END = 16
"""Tokens at the end of a prompt in which a chat template begins thinking: a `<think>` that no token of its own stands
for takes seven and those of its white space."""
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
    options: ChatOptions = field(default_factory=ChatOptions)
    """What is said and ends answers beside them."""

    _takes_system: dict[tuple[Ending, tuple[str, ...]], bool] = field(default_factory=dict, repr=False)
    """Roles in their order → whether the template takes them as they are."""

    @classmethod
    def of(
        cls, tokenizer: PreTrainedTokenizerBase, config: "PretrainedConfig", ends: int | Sequence[int] | None
    ) -> "Chat":
        """The chat of a model of this configuration, whose answers end with the tokenizer's end and `ends`.

        UserError where the configuration does not say how long the context is.
        """
        ends = [ends] if isinstance(ends, int) else list(ends or [])
        return cls(tokenizer, frozenset([*ends, tokenizer.eos_token_id]) - {None}, room_of_config(config))

    def with_options(self, options: ChatOptions) -> "Chat":
        """The chat with these options in place of its own. Stop tokens are added to those that it has.

        UserError where the chat template names none of what is set, does not take a question that way, or a stop token
        is no token.
        """
        check_names(self.tokenizer, options.chat_template)
        vocabulary = self.tokenizer.get_vocab()
        for text in options.stop_tokens:
            if text not in vocabulary:
                raise UserError(
                    f"{text!r} is no token of the policy, and chat.stop_tokens has it: give one of its tokens, or name "
                    "a text in chat.stop."
                )
        stop_tokens = self.stop_tokens | {vocabulary[text] for text in options.stop_tokens}
        chat = replace(self, stop_tokens=stop_tokens, options=options, _takes_system={})
        chat.encode([Message(role="user", content="?")])
        return chat

    def encode(self, messages: Sequence[Message], *, answered: bool = False) -> list[int]:
        """Tokens of the chat, up to where the assistant's answer begins, or goes on where it ends in a beginning.

        What the system says stands in the user's next turn where the template takes no system turn, or not there.
        UserError where the template does not take the turns that way either.

        Args:
            answered: the last message is a whole answer, and nothing comes after it.
        """
        tokens: list[int] = self.tokenizer(self._text(messages, answered), add_special_tokens=False)["input_ids"]
        return tokens

    def encode_all(self, chats: Sequence[Sequence[Message]]) -> list[list[int]]:
        """What `encode` gives for each of the chats, in less time than it takes one by one."""
        texts = [self._text(messages, answered=False) for messages in chats]
        tokens: list[list[int]] = self.tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []
        return tokens

    def _text(self, messages: Sequence[Message], answered: bool) -> str:
        begun = messages[-1].role == "assistant"
        ending: Ending = "answered" if answered else "answer begun" if begun else "answer due"
        turns = [(message.role, self._as_text(message.content)) for message in self._with_system(messages)]
        kind, values = (ending, tuple(role for role, _ in turns)), self.options.chat_template
        if kind not in self._takes_system:
            self._takes_system[kind] = takes_system_turns(self.tokenizer, kind[1], ending, values)
        return render(self.tokenizer, turns if self._takes_system[kind] else fold_system_turns(turns), ending, values)

    def _with_system(self, messages: Sequence[Message]) -> Sequence[Message]:
        if not self.options.system:
            return messages
        own = messages[0].role == "system"
        says = f"{self.options.system}\n\n{messages[0].content}" if own else self.options.system
        return [Message(role="system", content=says), *messages[own:]]

    def _as_text(self, content: str) -> str:
        """What a message says, in which nothing is read as the chat's own structure: a program's output, or an answer,
        could forge a turn. A special token's name is parted by a space after its first character."""
        for token in self._special_texts:
            content = content.replace(token, f"{token[0]} {token[1:]}")
        return content

    @cached_property
    def _special_texts(self) -> list[str]:
        return [token.content for token in self.tokenizer.added_tokens_decoder.values() if token.special]

    def answer(self, prompt: Sequence[int], tokens: Sequence[int]) -> str:
        """The text of the answer to a prompt, as `decode` has it before the first of the stop texts, and before it the
        `<think>` that a chat template put at the prompt's end: so an answer says by itself that it began with
        thinking."""
        text = self.decode(tokens)
        end = min((place for stop in self.options.stop if (place := text.find(stop)) >= 0), default=len(text))
        return begun_thinking(self.tokenizer.decode(list(prompt[-PROMPT_END:]))) + text[:end]

    def decode(self, tokens: Sequence[int]) -> str:
        """The answer's text without its stop token. Special tokens inside an answer are faults, and stay visible."""
        if tokens and tokens[-1] in self.stop_tokens:
            tokens = tokens[:-1]
        text: str = self.tokenizer.decode(list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def load_chat(directory: Path) -> Chat:
    """The chat of the policy in a Hugging Face directory, ours or any other's.

    UserError where the directory, its tokenizer or its chat template is missing, transformers can't read it, tokenizer
    and weights are not of one model, the template does not take a question, or nothing says how long the policy's
    context is.
    """
    if not (directory / "config.json").is_file():
        raise UserError(f"{directory} is not a Hugging Face model directory: it has no config.json.")
    if not any((directory / name).is_file() for name in TOKENIZER_FILES):
        raise UserError(f"The policy in {directory} has no tokenizer: add its tokenizer.json.")
    try:
        tokenizer = _load_tokenizer(directory)
        written = json.loads((directory / "config.json").read_text())
        generation = directory / "generation_config.json"
        config = load_config(directory)
        ends = json.loads(generation.read_text()).get("eos_token_id") if generation.is_file() else None
        if ends is None:
            ends = (written.get("text_config") or written).get("eos_token_id")
    except Exception as error:  # Of a damaged file tokenizers raises Exception itself, and transformers what comes.
        raise UserError(f"transformers cannot read the policy in {directory}: {error}") from error
    # They would be written into the next policy's tokenizer_config.json, and change its digest.
    for key in ("is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(key, None)
    if tokenizer.chat_template is None:
        raise UserError(f"The tokenizer in {directory} has no chat template: add one, or use another model.")
    try:
        check_context_is_said(config, written)
        _check_vocabularies(tokenizer, config)
        chat = Chat.of(tokenizer, config, ends)
        return chat.with_options(_read_options(directory))
    except UserError as error:
        raise UserError(f"{directory}: {error}") from error


def write_options(directory: Path, options: ChatOptions) -> None:
    """Write the options into a policy's directory; nothing where they are those of every chat."""
    if options != ChatOptions():
        (directory / OPTIONS_FILE).write_text(options.model_dump_json(exclude_defaults=True))


def _read_options(directory: Path) -> ChatOptions:
    path = directory / OPTIONS_FILE
    try:
        return ChatOptions.model_validate_json(path.read_bytes()) if path.is_file() else ChatOptions()
    except ValidationError as error:
        raise UserError(f"{OPTIONS_FILE} does not say how the policy is talked with: remove it, or mend it.") from error


def _check_vocabularies(tokenizer: PreTrainedTokenizerBase, config: "PretrainedConfig") -> None:
    """UserError where tokenizer and weights cannot be of one model: a token without an embedding, or fewer than half of
    the embeddings with a token (our choice: what pads a vocabulary to a round number is a few percent of it)."""
    tokens, embeddings = max(tokenizer.get_vocab().values()) + 1, config.get_text_config(decoder=True).vocab_size
    if not embeddings / 2 <= tokens <= embeddings:
        raise UserError(
            f"The tokenizer has {tokens} tokens and the weights {embeddings}, so they are not of one model: use the "
            "tokenizer that the weights were trained with."
        )


def _load_tokenizer(directory: Path) -> PreTrainedTokenizerBase:
    if (directory / "tokenizer.json").is_file():
        return PreTrainedTokenizerFast.from_pretrained(directory, **LOCAL)
    from transformers import AutoTokenizer  # which knows older forms, and brings torch

    return AutoTokenizer.from_pretrained(directory, **LOCAL)


def load_config(directory: Path) -> "PretrainedConfig":
    """The model's configuration, with the defaults of its type."""
    from transformers import AutoConfig  # which brings torch, where it is installed

    return AutoConfig.from_pretrained(directory, **LOCAL)
