"""Keeps what is evaluated out of what is trained on: equal texts, equal structure, shared runs of words."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from pydantic import Field

from astor.data.item_text import item_form, normal_form, runs, texts, words
from astor.options import Options
from astor.records import Item

EXACT = "evaluated: the same text"
STRUCTURAL = "evaluated: the same structure"
OVERLAP = "evaluated: shared runs of words"

FEWEST_WORDS = 8
"""Words of a text that counts by itself; shorter ones, as the message "fix a typo", are everywhere. The
least length of GPT-3's runs of words (2005.14165, appendix C)."""


class DecontaminationOptions(Options):
    """When two items share so many words that one tells about the other."""

    ngram: int = Field(default=13, ge=1)
    """Words of a run: 13 as for GPT-3 (2005.14165, appendix C), without punctuation and in lower case. Qwen2.5-Coder
    takes 10 (2409.12186), PaLM 8 (2204.02311, section 8)."""
    overlap: float = Field(default=0.0, ge=0, lt=1)
    """An item goes when it holds more than this share of the runs of a text that is evaluated, in [0, 1). 0, as for
    GPT-3: one run is enough. PaLM takes 0.7."""


class Decontamination:
    """What is evaluated, in a form in which items can be looked up."""

    def __init__(self, options: DecontaminationOptions, evaluated: Iterable[Item]) -> None:
        self.options = options
        self._forms, self._structures = set[str](), set[str]()
        self._sizes: list[int] = []
        """Distinct runs per text that is evaluated."""
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        """Run of words → places in `_sizes` of the texts that hold it."""
        for item in evaluated:
            self._add(item)

    def _add(self, item: Item) -> None:
        self._structures.add(item.structural_hash)
        self._forms.add(item_form(item))
        for text in texts(item):
            found = words(text)
            if len(found) >= FEWEST_WORDS:
                self._forms.add(normal_form(text))
            if len(found) >= self.options.ngram:
                distinct = set(runs(found, self.options.ngram))
                for run in distinct:
                    self._holders[run].append(len(self._sizes))
                self._sizes.append(len(distinct))

    def reason(self, item: Item) -> str:
        """Why `item` must not be trained on, empty where it may."""
        if item_form(item) in self._forms or any(normal_form(text) in self._forms for text in texts(item)):
            return EXACT
        if item.structural_hash in self._structures:
            return STRUCTURAL
        return OVERLAP if self._overlaps(item) else ""

    def _overlaps(self, item: Item) -> bool:
        """Counted per text that is evaluated, over all texts of the item together."""
        distinct = {run for text in texts(item) for run in runs(words(text), self.options.ngram)}
        shared = Counter(place for run in distinct for place in self._holders.get(run, ()))
        return any(count > self.options.overlap * self._sizes[place] for place, count in shared.items())
