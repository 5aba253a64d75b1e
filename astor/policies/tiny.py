"""The tiny policy before it has learnt anything: a tokenizer made from texts, and a Llama with random weights."""

from collections.abc import Iterable
from string import ascii_letters, digits, punctuation

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from astor.policies.options import TinyOptions
from astor.policies.policy import Policy

PAD, UNKNOWN, SYSTEM, USER, ASSISTANT, END = (
    f"<|{name}|>" for name in ("pad", "unknown", "system", "user", "assistant", "end")
)
ALPHABET = sorted(ascii_letters + digits + punctuation + " \n\t")
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ '<|end|>' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def train_tokenizer(texts: Iterable[str], options: TinyOptions) -> PreTrainedTokenizerFast:
    """A BPE tokenizer over characters whose decoding gives the text back, for texts in printable ASCII.

    Only a line break with the indentation after it, and every single digit, stand apart; whatever else is on a line
    may merge, as `return max(x, ` (our choice: it halves the tokens against words and punctuation, and single digits
    keep arithmetic learnable).
    """
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\n[ \t]*|[0-9]"), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    trainer = trainers.BpeTrainer(
        vocab_size=options.vocabulary,
        special_tokens=[PAD, UNKNOWN, SYSTEM, USER, ASSISTANT, END],
        initial_alphabet=ALPHABET,
        limit_alphabet=len(ALPHABET),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        additional_special_tokens=[SYSTEM, USER, ASSISTANT],
        chat_template=CHAT_TEMPLATE,
        model_max_length=options.context,
        clean_up_tokenization_spaces=False,
    )


def make_model(tokenizer: PreTrainedTokenizerFast, options: TinyOptions, seed: int) -> LlamaForCausalLM:
    """A Llama with tied embeddings and random weights that depend on `seed` alone."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=options.hidden_size,
        intermediate_size=options.mlp_size,
        num_hidden_layers=options.layers,
        num_attention_heads=options.heads,
        num_key_value_heads=options.key_value_heads,
        max_position_embeddings=options.context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


def make_policy(texts: Iterable[str], options: TinyOptions, seed: int) -> Policy:
    """A tiny policy that has learnt nothing: the tokenizer is made from `texts`, the weights depend on `seed` alone."""
    tokenizer = train_tokenizer(texts, options)
    return Policy(make_model(tokenizer, options, seed).eval(), tokenizer)
