"""Overlap of messages against the implementations that benchmarks use, on real commits."""

import json
import math
import re
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu import sentence_bleu
from sacrebleu.metrics.bleu import BLEU

from astor.tasks.overlap import b_norm, bleu, bleu_counts, corpus_bleu, meteor_exact_stem, rouge_l

MADE = [
    ("Fix typo in README", "fix typo"),
    ("change f: at least 4 instead of add 3", "change f: no less than 4 instead of add 3"),
    ("Don't call safe_join(root, path) twice", "Call safe_join once, don't join twice (#12)"),
    ("one", "two"),
    ("word", "word"),
]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    """Pairs of messages: made ones, and where there are real commits, each with the message of another."""
    path = Path(__file__).parents[2].parent / "shared" / "data" / "commits" / "commits.train.jsonl"
    if not path.is_file():
        return MADE
    with path.open() as lines:
        messages = [json.loads(line)["message"] for line in islice(lines, 200)]
    near = [(message, " ".join([*message.split()[:-1], "again"])) for message in messages[:60]]
    return MADE + near + list(pairwise(messages))


def test_bleu_is_sacrebleus(pairs) -> None:
    for text, reference in pairs:
        official = sentence_bleu(
            text, [reference], smooth_method="exp", lowercase=True, tokenize="13a", use_effective_order=True
        )
        assert bleu(text, reference) == pytest.approx(min(1.0, official.score / 100))
    metric = BLEU(lowercase=True, effective_order=True)
    metric.sentence_score("a", ["a"])
    assert str(metric.get_signature()).startswith("nrefs:1|case:lc|eff:yes|tok:13a|smooth:exp")


def test_bleu_of_chinese_is_sacrebleus_for_it() -> None:
    for text, reference in (("修复登录页面的错误", "修复注册页面的错误 (#12)"), ("更新 README", "更新文档")):
        official = sentence_bleu(text, [reference], lowercase=True, tokenize="zh", use_effective_order=True)
        assert bleu(text, reference) == pytest.approx(min(1.0, official.score / 100))


def test_corpus_bleu_is_sacrebleus(pairs) -> None:
    """Over all pairs, over few, with an empty text, and over one without any word in common."""
    for some in (pairs, MADE[:2], [*MADE, ("", "Fix it")], MADE[3:4]):
        texts, references = map(list, zip(*some, strict=True))
        metric = BLEU(lowercase=True)
        official = metric.corpus_score(texts, [references])
        counts = [sum(each) for each in zip(*(bleu_counts(*pair) for pair in some), strict=True)]
        assert corpus_bleu(counts) == pytest.approx(official.score / 100)
        assert str(metric.get_signature()).startswith("nrefs:1|case:lc|eff:no|tok:13a|smooth:exp")


def test_rouge_l_is_that_of_rouge_score(pairs) -> None:
    scorer = RougeScorer(["rougeL"])
    ascii_pairs = [pair for pair in pairs if "".join(pair).isascii()]  # It knows no other letters.
    assert len(ascii_pairs) > len(pairs) / 2
    for text, reference in ascii_pairs:
        assert rouge_l(text, reference) == pytest.approx(scorer.score(reference, text)["rougeL"].fmeasure)


def test_meteor_is_nltks_without_synonyms(pairs) -> None:
    class NoSynonyms:
        def synsets(self, word: str) -> list[object]:
            return []

    for text, reference in pairs:
        words = [re.findall(r"\w+", each.lower()) for each in (reference, text)]
        official = single_meteor_score(words[0], words[1], wordnet=NoSynonyms())
        assert meteor_exact_stem(text, reference) == pytest.approx(min(1.0, official))


def published_b_norm(text: str, reference: str) -> float:
    """The formula of MCMD's metric: modified precisions of one to four words, one added from two words on, brevity with
    one added to both lengths, on tokens of 13a after words and signs were parted."""

    def tokens(each: str) -> list[str]:
        each = " ".join(re.findall(r"\w+|[^\s\w]", each.lower()))
        return re.sub(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])", r" \1 ", f" {each} ").split()

    ours, theirs = tokens(text), tokens(reference)
    logs = []
    for n in range(1, 5):
        grams, known = (
            Counter(tuple(words[place : place + n]) for place in range(len(words) - n + 1)) for words in (ours, theirs)
        )
        correct, total, added = (grams & known).total(), max(len(ours) - n + 1, 0), int(n > 1)
        if not correct + added or not total + added:
            return 0.0
        logs.append(math.log((correct + added) / (total + added)))
    return math.exp(sum(logs) / 4 + min(0.0, 1 - (len(theirs) + 1) / (len(ours) + 1)))


def test_b_norm_is_mcmds(pairs) -> None:
    for text, reference in pairs:
        assert b_norm(text, reference) == pytest.approx(published_b_norm(text, reference), abs=1e-9)


def test_no_metric_talks(caplog) -> None:
    b_norm("fix a bug", "fix the bug"), bleu("fix a bug", "fix the bug")
    assert caplog.messages == []
