"""Sources: where items come from."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from astor.data.contents import digest_place
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.options import Options
from astor.records import Item, Split


class Source(ABC):
    """Yields items. A class of another package is found by the entry point group `astor.sources`.

    `options_type` has a field `type` whose only value is the source's name in recipes.
    """

    options_type: ClassVar[type[Options]]
    endless: ClassVar[bool] = False
    """Whether `items` never ends: then whoever reads stops."""
    trusted: bool = False
    """Whether calls and mutants of the items are known to be right: we wrote the code, or it was run before. Items of
    other sources go through `astor.data.verification` first."""

    def __init__(self, options: Options, splits: SplitOptions) -> None:
        self.options, self.splits = options, splits
        self.left_out: Counter[str] = Counter()
        """Reason → entries of the file that the last reading could not use."""
        self.forms: Counter[str] = Counter()
        """Form of records, as `CommitBench` → entries of the last reading that have it, where a format has several."""
        self.unread: Counter[str] = Counter()
        """Column → entries of the last reading that have it and of which it was not used."""
        self.parts_left_out: Counter[str] = Counter()
        """Reason → parts of entries, as examples of a function, that it could not use; the entries may be used."""

    @property
    def format(self) -> str:
        """The source's name in recipes."""
        return str(self.options_type.model_fields["type"].default)

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """The items, the same ones in the same order at every call.

        Raises UserError where a file cannot be read or says what it must not.
        """

    def items_by(self, processes: int) -> Iterator[Item]:
        """The same items; a source that takes long for them has as many processes make them."""
        return self.items()

    def contents(self) -> str:
        """Digest of what the field `path` of the options points at; empty where they have none, or nothing is there."""
        place = getattr(self.options, "path", None)
        return "" if place is None else digest_place(place)

    def identity(self) -> dict[str, Any]:
        """What decides which items there are: the options, with the digest of what is there in place of a path.

        Raises:
            UserError: it cannot be read.
        """
        options, contents = self.options.model_dump(mode="json"), self.contents()
        return options | {"path": contents} if contents else options

    def split_of(self, item: Item) -> Split:
        """The split of `item`, by its structural hash or repository, and its difficulty alone."""
        return self.splits.split_of(item)


def distinct(items: Iterable[Item]) -> Iterator[Item]:
    """The items; a UserError names the places of two that have one identifier."""
    places: dict[str, int] = {}
    for place, item in enumerate(items, start=1):
        first = places.setdefault(item.id, place)
        if first != place:
            raise UserError(
                f"Items {first} and {place} of {item.source} are both called {item.id!r}: give each an id of its own, "
                "or let astor data prepare drop the second."
            )
        yield item
