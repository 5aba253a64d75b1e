"""What a data set holds, in numbers, and a few of its items."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from astor.data.own_tests import has_reference
from astor.records import Commit, Conversation, Function, Item, Program, Split

SHOWN = 3
"""Items of each kind that a summary keeps, the first ones."""


class Spread(NamedTuple):
    """Least, median, ninetieth percentile and largest of some lengths."""

    least: int
    median: int
    ninetieth: int
    largest: int


class Summary:
    """Counts of items that are read once and not kept; `kind` is that of the content, as `function`."""

    def __init__(self) -> None:
        self.items: Counter[tuple[str, Split]] = Counter()
        """Kind and split → items."""
        self.difficulties: Counter[int] = Counter()
        self.licences: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()
        """Kind → tests: calls and checks of functions, pairs of input and output of programs."""
        self.unverified: Counter[str] = Counter()
        """Kind → items whose tests no solution can show to be right."""
        self.first: defaultdict[str, list[Item]] = defaultdict(list)
        """Kind → its first items."""
        self._lengths: defaultdict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)

    def add(self, item: Item, split: Split) -> None:
        """Count one item."""
        kind = item.content.kind
        self.items[kind, split] += 1
        self.difficulties[item.difficulty] += 1
        self.licences[item.licence] += 1
        self.tests[kind] += tests_of(item)
        self.unverified += Counter({kind: int(not has_reference(item.content))})
        if len(self.first[kind]) < SHOWN:
            self.first[kind].append(item)
        for part, text in texts_of(item):
            self._lengths[kind, part, "characters"][len(text)] += 1
            self._lengths[kind, part, "lines"][len(text.splitlines())] += 1

    def lengths(self) -> Iterator[tuple[tuple[str, str, str], Spread]]:
        """Kind, part and unit (`characters` or `lines`), and how long the part is."""
        for key, counts in sorted(self._lengths.items()):
            yield key, _spread(counts)


def tests_of(item: Item) -> int:
    """How many tests an item has."""
    match item.content:
        case Function(calls=calls, check=check):
            return len(calls) + (check is not None)
        case Program(public_tests=public, hidden_tests=hidden):
            return len(public) + len(hidden)
    return 0


def texts_of(item: Item) -> Iterable[tuple[str, str]]:
    """The parts of an item that people wrote, by name."""
    match item.content.problem if isinstance(item.content, Conversation) else item.content:
        case Function(source=source, description=description):
            return *([("source", source)] if source else ()), ("description", description)
        case Program(solutions=solutions, description=description):
            return *(("source", solution) for solution in solutions[:1]), ("description", description)
        case Commit(diff=diff, message=message):
            return ("diff", diff), ("message", message)


def _spread(counts: Counter[int]) -> Spread:
    total, seen, found = counts.total(), 0, list[int]()
    wanted = [0, total // 2, total * 9 // 10, total - 1]
    for length in sorted(counts):
        seen += counts[length]
        while len(found) < len(wanted) and wanted[len(found)] < seen:
            found.append(length)
    return Spread(*found)
