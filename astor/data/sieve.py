"""What an item must pass to be prepared: each of its kind once, nothing that is evaluated, nothing that is false."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic import Field

from astor.data.decontamination import Decontamination, DecontaminationOptions
from astor.data.item_text import item_form
from astor.data.near_duplicates import NearDuplicates
from astor.data.verification import Verified
from astor.options import Options
from astor.records import Item
from astor.storage import digest_bytes

SAME_ID = "duplicate: the same id"
SAME_TEXT = "duplicate: the same text"
NEAR = "duplicate: nearly the same text"

Verify = Callable[[Iterable[Item]], Iterator[Verified]]
Dropped = dict[str, list[str]]
"""Reason → ids of the items that did not pass for it, in their order."""


class SieveOptions(Options):
    """How alike items may be, to each other and to what is evaluated."""

    near_duplicates: float = Field(default=0.8, gt=0, le=1)
    """Estimated Jaccard similarity of runs of five tokens from which an item is a copy of an earlier one, in (0, 1].
    0.8 is where Lee and others (2107.06499) draw the line, of edit similarity; in MBPP it parts copies from variants
    that ask for something else."""
    decontamination: DecontaminationOptions = DecontaminationOptions()


class Sieve:
    """Lets items pass, stretch by stretch.

    What it does to a stretch depends on the items that passed before it alone: fed with those again, it goes on where
    another one was stopped.
    """

    def __init__(self, options: SieveOptions, evaluated: Iterable[Item]) -> None:
        self._decontamination = Decontamination(options.decontamination, evaluated)
        self._near = NearDuplicates(options.near_duplicates)
        self._ids, self._forms = set[bytes](), set[bytes]()

    def remember(self, passed: Sequence[Item]) -> None:
        """Take in items that passed before."""
        self._near.admit(passed)
        self._ids.update(_short(item.id) for item in passed)
        self._forms.update(_form(item) for item in passed)

    def sift(self, items: Iterable[Item], verify: Verify | None) -> tuple[list[Item], Dropped]:
        """The items that pass, and those that do not. `verify` is asked last but one: it takes longest."""
        dropped: Dropped = defaultdict(list)
        cheap = self._cheaply(items, dropped)
        true = list(cheap) if verify is None else list(_true(verify(cheap), dropped))
        unlike = self._near.admit(true)
        passed = [item for item, new in zip(true, unlike, strict=True) if new]
        if near := [item.id for item, new in zip(true, unlike, strict=True) if not new]:
            dropped[NEAR] = near
        self._ids.update(_short(item.id) for item in passed)
        self._forms.update(_form(item) for item in passed)
        return passed, dropped

    def _cheaply(self, items: Iterable[Item], dropped: Dropped) -> Iterator[Item]:
        ids, forms = set[bytes](), set[bytes]()
        for item in items:
            name, form = _short(item.id), _form(item)
            if name in self._ids or name in ids:
                dropped[SAME_ID].append(item.id)
            elif form in self._forms or form in forms:
                dropped[SAME_TEXT].append(item.id)
            elif reason := self._decontamination.reason(item):
                dropped[reason].append(item.id)
            else:
                ids.add(name)
                forms.add(form)
                yield item


def _true(found: Iterable[Verified], dropped: Dropped) -> Iterator[Item]:
    for verified in found:
        if verified.reason:
            dropped[verified.reason].append(verified.item.id)
        else:
            yield verified.item


def _short(text: str) -> bytes:
    """128 bits for a text: a million ids as texts would take more memory than the ids alone should."""
    return bytes.fromhex(digest_bytes(text.encode(errors="surrogatepass"))[:32])


def _form(item: Item) -> bytes:
    return bytes.fromhex(item_form(item)[:32])
