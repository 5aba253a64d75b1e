"""The tiny policy's tokenizer loses nothing, keeps digits apart, and marks who speaks."""

import subprocess
import sys

import torch
from hypothesis import given
from hypothesis import strategies as st

from astor.policies.options import TinyOptions
from astor.policies.policy import Policy
from astor.policies.tiny import ALPHABET, ASSISTANT, END, USER, make_model, train_tokenizer
from astor.records import Message

TOKENIZER = train_tokenizer(["def f(x):\n    return x + 1", "assert f(1) == 2"] * 10, TinyOptions())


@given(st.text(ALPHABET, max_size=80))
def test_decoding_gives_back_any_ascii_text(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text, add_special_tokens=False)) == text


def test_lines_merge_but_digits_and_line_breaks_stand_apart() -> None:
    tokens = TOKENIZER.encode("def f(x):\n    return x + 11", add_special_tokens=False)
    assert [TOKENIZER.decode([token]) for token in tokens] == ["def f(x):", "\n    ", "return x + ", "1", "1"]


def test_what_is_not_ascii_becomes_the_unknown_token() -> None:
    assert TOKENIZER.decode(TOKENIZER.encode("é", add_special_tokens=False)) == "<|unknown|>"


def test_a_chat_is_the_users_turn_and_the_place_for_the_answer(policy: Policy) -> None:
    ask = Message(role="user", content="f(1) == ?")
    rendered = policy.chat.tokenizer.decode(policy.chat.encode([ask]))
    assert rendered == f"{USER}f(1) == ?{ASSISTANT}"
    answered = policy.chat.tokenizer.decode(policy.chat.encode([ask, Message(role="assistant", content="2"), ask]))
    assert answered == f"{USER}f(1) == ?{ASSISTANT}2{END}{USER}f(1) == ?{ASSISTANT}"


def test_prompt_and_answer_tokenized_apart_are_the_tokens_of_the_whole(policy: Policy) -> None:
    ask = Message(role="user", content="f(1) == ?")
    whole = policy.chat.tokenizer.encode(f"{USER}f(1) == ?{ASSISTANT}x = 2{END}", add_special_tokens=False)
    answer = policy.chat.tokenizer.encode("x = 2", add_special_tokens=False)
    assert whole == [*policy.chat.encode([ask]), *answer, policy.chat.tokenizer.eos_token_id]


def test_the_default_has_a_third_of_a_million_parameters() -> None:
    texts = [f"{word} {other}" for word in dir(str) for other in dir(list)]
    model = make_model(train_tokenizer(texts, TinyOptions()), TinyOptions(), seed=0)
    assert 0.33e6 < model.num_parameters() < 0.36e6


def test_weights_depend_on_the_seed_and_leave_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    one, same, other = (make_model(TOKENIZER, TinyOptions(), seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(one.lm_head.weight, same.lm_head.weight)
    assert not torch.equal(one.lm_head.weight, other.lm_head.weight)


def test_another_process_makes_the_same_tokenizer() -> None:
    program = (
        "from astor.policies.options import TinyOptions; from astor.policies.tiny import train_tokenizer;"
        "texts = [a + ' ' + b for a in dir(str) for b in dir(list)];"
        "print(train_tokenizer(texts, TinyOptions()).backend_tokenizer.to_str(), end='')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    texts = [a + " " + b for a in dir(str) for b in dir(list)]
    assert done.stdout == train_tokenizer(texts, TinyOptions()).backend_tokenizer.to_str()
