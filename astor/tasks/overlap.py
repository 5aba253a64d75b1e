"""How much a text has in common with another one, each figure in [0, 1]. Texts are lower-cased.

Scripts that part no words by spaces are compared character by character (`astor.tasks.words`); all else, English among
it, has the figures that the published tools give.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from astor.tasks.words import alphanumeric_words, length_in_words, set_apart, words


@lru_cache
def _bleu_metric(**settings: Any) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(lowercase=True, tokenize="13a", **settings)


@lru_cache(maxsize=1)
def _rouge_scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], tokenizer=_Words())


class _Words:
    """A tokenizer for rouge-score, whose own drops all that is not ASCII."""

    def tokenize(self, text: str) -> list[str]:
        return alphanumeric_words(text)


def bleu(text: str, reference: str) -> float:
    """Sentence BLEU-4 (Papineni and others, 2002) of sacrebleu, exponentially smoothed, with effective order.

    Its signature is `nrefs:1|case:lc|eff:yes|tok:13a+unspaced|smooth:exp`: sacrebleu's 13a, once the characters of
    scripts without spaces are set apart. For Chinese that is its `zh`, for text without such scripts its 13a.
    """
    return min(1.0, float(_sentence_score(text, reference).score) / 100)


@lru_cache(maxsize=1 << 12)
def _sentence_score(text: str, reference: str) -> Any:
    metric = _bleu_metric(smooth_method="exp", effective_order=True)
    return metric.sentence_score(set_apart(text), [set_apart(reference)])


def bleu_counts(text: str, reference: str) -> tuple[int, ...]:
    """What `corpus_bleu` needs of one text: runs of one to four words that are right, all such runs, both lengths."""
    found = _sentence_score(text, reference)
    return (*found.counts, *found.totals, found.sys_len, found.ref_len)


def corpus_bleu(counts: Sequence[int]) -> float:
    """BLEU-4 of all texts together (Papineni and others, 2002), from the sums of their `bleu_counts`.

    It is sacrebleu's `corpus_score`; its signature is `nrefs:1|case:lc|eff:no|tok:13a+unspaced|smooth:exp`.
    """
    from sacrebleu.metrics.bleu import BLEU

    *runs, length, reference_length = map(int, counts)
    found = BLEU.compute_bleu(runs[:4], runs[4:], length, reference_length, smooth_method="exp")
    return min(1.0, float(found.score) / 100)


def b_norm(text: str, reference: str) -> float:
    """B-Norm, the BLEU-4 of the commit benchmark MCMD (Tao and others, ICSME 2021, metrics/B-Norm.py).

    Words and signs are parted, then sacrebleu's 13a; one is added to the counts of two words and more (Lin and Och,
    2004), and to both lengths of the brevity penalty.
    """
    parted = [" ".join(re.findall(r"\w+|[^\s\w]", set_apart(each))) for each in (text, reference)]
    # As a corpus of one, for of a sentence sacrebleu wants an effective order, which this metric does not have.
    found = _bleu_metric(smooth_method="add-k", smooth_value=1).corpus_score(parted[:1], [parted[1:]])
    precisions = [share / 100 for share in found.precisions]
    if not all(precisions):
        return 0.0
    brevity = min(0.0, 1 - (found.ref_len + 1) / (found.sys_len + 1))
    return math.exp(sum(map(math.log, precisions)) / len(precisions) + brevity)


def rouge_l(text: str, reference: str) -> float:
    """ROUGE-L F1 (Lin, 2004) of rouge-score, without stemming, on words of any script; of ASCII they are its own."""
    score: float = _rouge_scorer().score(reference.lower(), text.lower())["rougeL"].fmeasure
    return score


class _NoSynonyms:
    """Stands where nltk expects WordNet, which is no part of its wheel."""

    def synsets(self, word: str) -> Sequence[Any]:
        return ()


def meteor_exact_stem(text: str, reference: str) -> float:
    """METEOR (Banerjee and Lavie, 2005) of nltk with exact and stem matching only: no WordNet synonyms."""
    from nltk.translate.meteor_score import single_meteor_score

    score: float = single_meteor_score(words(reference), words(text), wordnet=_NoSynonyms())
    return min(1.0, score)


def share_of_words(text: str, other: str) -> float:
    """Share of the words of `text` that occur in `other`; 0 where there are none."""
    own, known = words(text), set(words(other))
    return sum(word in known for word in own) / len(own) if own else 0.0


def repeats_a_line(text: str, lines: Sequence[str]) -> bool:
    """Whether a line of at least three words (`length_in_words`) stands in `text`, in full."""
    whole = f" {' '.join(words(text))} "
    return any(length_in_words(line) >= 3 and f" {' '.join(words(line))} " in whole for line in lines)
