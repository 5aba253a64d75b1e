"""Near-duplicates among many items: MinHash (Broder 1997) and locality-sensitive hashing, by the library `rensa`."""

from collections.abc import Sequence

from rensa import RMinHashDeduplicator

from astor.data.item_text import runs, texts, tokens
from astor.records import Item

PERMUTATIONS, BANDS = 128, 16
"""16 bands of 8 rows: pairs of Jaccard similarity 0.8 meet in a band with probability 0.95, of 0.9 with 0.9999, of 0.5
with 0.06; those that meet are then compared by their signatures. Our choice, for 1.6 kB of memory an item."""
SHINGLE = 5
"""Tokens of a shingle, as in Lee and others, "Deduplicating Training Data …" (2107.06499)."""


class NearDuplicates:
    """Remembers every item that it admitted, and refuses those that are almost one of them."""

    def __init__(self, threshold: float) -> None:
        """`threshold`: estimated Jaccard similarity of shingle sets, in (0, 1], from which two items are the same."""
        self._admitted = RMinHashDeduplicator(threshold, PERMUTATIONS, use_lsh=True, num_bands=BANDS)
        self._count = 0

    def admit(self, items: Sequence[Item]) -> list[bool]:
        """Whether each item, in order, is unlike all that were admitted before it, here or in earlier calls."""
        named = [(str(self._count + place), _shingles(item)) for place, item in enumerate(items)]
        self._count += len(items)
        admitted: list[bool] = self._admitted.add_pairs(named)
        return admitted


def _shingles(item: Item) -> list[str]:
    return [shingle for text in texts(item) for shingle in runs(tokens(text), SHINGLE)]
