"""A policy that is made to answer: what it says depends neither on what it has learnt nor on the processor."""

from collections.abc import Sequence

import torch

from astor.policies.options import TinyOptions
from astor.policies.policy import Policy
from astor.policies.tiny import ASSISTANT, END, make_model, train_tokenizer


def policy_that_says(answers: Sequence[str], options: TinyOptions | None = None) -> Policy:
    """A policy that gives one of `answers`, whatever it is asked; sampled, each is as likely as the others.

    Each answer is a token of its own, which may come where an answer begins and which ends it. Attention and MLPs add
    nothing, so that the next token is a matter of the last one: the embeddings, tied to the output, say which.
    """
    options = options or TinyOptions(hidden_size=48)
    tokenizer = train_tokenizer(answers, options)
    tokenizer.add_tokens(list(answers))
    begin, end = tokenizer.convert_tokens_to_ids([ASSISTANT, END])
    says = tokenizer.convert_tokens_to_ids(list(answers))
    model = make_model(tokenizer, options, seed=0)
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        embeddings = model.get_input_embeddings().weight.zero_()
        embeddings[begin, 0] = 1
        embeddings[says, :2] = 5
        embeddings[end, 1] = 30
    return Policy(model.eval(), tokenizer)
