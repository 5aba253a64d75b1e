"""Tokens become text piece by piece, and come to what they are as a whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from astor.policies.chat import Chat
from astor.serving.answer import Answer
from astor.serving.messages import Token


def sampled(chat, ids, end="length"):
    ends = [None] * (len(ids) - 1) + [end]
    return [Token(0, 0, token, -1.0, (), how) for token, how in zip(ids, ends, strict=True)]


def read_all(answer, tokens):
    """Every token read as it comes."""
    pieces = []
    for token in tokens:
        if answer.end is None:
            answer.add(token)
            pieces.append(answer.read())
    return pieces


@pytest.fixture(scope="module")
def chat():
    """Of a tokenizer to which every byte is a token."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytes_alone = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate(letters)}, merges=[]))
    bytes_alone.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_alone.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_alone, eos_token="<end>")
    return Chat(tokenizer, frozenset([tokenizer.eos_token_id]), context=128)


TEXTS = st.text(alphabet="def f(x):\n ab→é😀", min_size=1, max_size=40)


@given(text=TEXTS)
def test_pieces_are_the_text(chat, text):
    ids = chat.tokenizer.encode(text)
    pieces = read_all(Answer(chat, []), sampled(chat, ids))
    assert "".join(piece.text for piece in pieces) == chat.decode(ids)
    assert [token.token for piece in pieces for token in piece.tokens] == ids
    assert all("\N{REPLACEMENT CHARACTER}" not in piece.text for piece in pieces)


@given(text=TEXTS, stops=st.lists(st.text(alphabet="def(x →😀", min_size=1, max_size=3), min_size=1, max_size=3))
def test_nothing_of_a_stop_is_ever_read(chat, text, stops):
    ids = chat.tokenizer.encode(text)
    places = [(place + len(stop), place) for stop in stops if (place := text.find(stop)) >= 0]
    pieces = read_all(Answer(chat, stops), sampled(chat, ids))
    expected = text[: min(places)[1]] if places else text
    assert "".join(piece.text for piece in pieces) == expected
    assert pieces[-1].end == ("stop" if places else "length")
    at_once = Answer(chat, stops)
    for token in sampled(chat, ids):
        at_once.add(token)
    assert at_once.read().text == expected


@given(text=TEXTS)
def test_tokens_lie_where_their_text_begins(chat, text):
    ids = chat.tokenizer.encode(text)
    pieces = read_all(Answer(chat, ["→"]), sampled(chat, ids))
    offsets = [offset for piece in pieces for offset in piece.offsets]
    length = sum(len(piece.text) for piece in pieces)
    assert all(a <= b for a, b in pairwise(offsets))
    assert all(offset < length for offset in offsets) or pieces[-1].end == "length"


def test_a_stop_token_is_counted_and_not_written(chat):
    answer = Answer(chat, [])
    stop = min(chat.stop_tokens)
    *_, last = read_all(answer, sampled(chat, [*chat.tokenizer.encode("def"), stop], end="stop"))
    assert (last.text, last.tokens, last.end) == ("", (), "stop")
    assert len(answer.drawn) == len(chat.tokenizer.encode("def")) + 1


def test_a_character_that_is_never_finished_is_shown_as_one_that_is_not_known(chat):
    first, *_ = chat.tokenizer.encode("😀")
    (piece,) = read_all(Answer(chat, []), sampled(chat, [first]))
    assert piece.text == "\N{REPLACEMENT CHARACTER}"
