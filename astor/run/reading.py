"""The sources of a run read in turns: what is verified, what must not be trained on, and where reading ends."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from astor.data.catalogue import make_source
from astor.data.decontamination import Decontamination, DecontaminationOptions
from astor.data.source import Source
from astor.data.verification import verify_items, with_candidates
from astor.records import Item, Split
from astor.run.gathering import STAGE, Gathering
from astor.run.prepared import Prepared, count
from astor.run.progress import report_progress
from astor.run.run import Run

logger = logging.getLogger("astor")
BARREN_ITEMS = 5_000
"""Items in a row that add nothing before an endless source counts as exhausted."""
READ_BYTES = 32 * 2**20
"""Bytes of a source that are read only to be counted: some seconds (our choice)."""
EVALUATED = (Split.HELD_OUT, Split.PROMOTION)


def read_prompts(run: Run) -> Prepared | None:
    """What `prepare` would find at most, counted without verifying or writing anything; None where that takes long: a
    source has no end, or more than READ_BYTES.

    Raises:
        UserError: a source cannot be read, or has too little for the recipe.
    """
    sources = make_sources(run)
    if any(source.endless or _bytes(source) > READ_BYTES for source in sources):
        return None
    gathered = gather(run, sources, verified=False)
    return count(gathered.prompts, gathered.shuffled_demonstrations(), verified=False)


def make_sources(run: Run) -> list[Source]:
    """The recipe's sources, in its order."""
    data = run.recipe.data
    return [make_source(options, data.splits) for options in data.sources]


def _bytes(source: Source) -> int:
    place = Path(getattr(source.options, "path", ""))
    files = place.rglob("*") if place.is_dir() else [place]
    return sum(file.stat().st_size for file in files if file.is_file())


def gather(run: Run, sources: Sequence[Source], verified: bool) -> Gathering:
    """What the sources give, in turns, of items that hold what they claim; without `verified`, of all of them.

    Raises:
        UserError: a source cannot be read, or has too little for the recipe.
    """
    counts = run.recipe.data.prompts
    prompts = {Split.TRAIN: counts.train, Split.HELD_OUT: counts.held_out, Split.PROMOTION: counts.promotion}
    gathered = Gathering(run.tasks, prompts, counts.demonstrations)
    report_progress(STAGE, 0, gathered.total)
    contaminated = _contamination(run.recipe.data.decontamination, sources)
    for split, item in _in_turns([read_items(run, source, verified) for source in sources]):
        if split in EVALUATED or not contaminated(item):
            gathered.add((split, item))
        if gathered.complete or gathered.barren >= BARREN_ITEMS:
            break
    gathered.check(run.recipe)
    return gathered


def read_items(
    run: Run, source: Source, verified: bool = True, refuted: Counter[str] | None = None
) -> Iterator[tuple[Split, Item]]:
    """The items of a source that hold what they claim, each with its split; without `verified` all of them. Those that
    do not are counted in `refuted`, by reason."""
    items: Iterable[Item] = source.items_by(run.recipe.processes)
    refuted = Counter() if refuted is None else refuted
    if not source.trusted:
        items = _true_items(items, run, refuted) if verified else map(with_candidates, items)
    yield from ((source.split_of(item), item) for item in items)
    if source.unread:
        logger.info("%s: columns that are not read: %s", source.format, ", ".join(source.unread))
    for reason, items_left in (source.left_out + refuted).items():
        logger.info("%s: %d items left out: %s", source.format, items_left, reason)


def _true_items(items: Iterable[Item], run: Run, refuted: Counter[str]) -> Iterator[Item]:
    """The items that hold what they claim; the others are counted in `refuted`, by reason."""
    with run.services.verification_cache() as cache:
        for found in verify_items(items, run.services.sandbox, cache):
            if found.reason:
                refuted[found.reason] += 1
            else:
                yield found.item


def _contamination(options: DecontaminationOptions | None, sources: Sequence[Source]) -> Callable[[Item], str]:
    """Says why an item must not be trained on; empty where it may. What is evaluated is read beforehand, of files."""
    if options is None:
        return lambda item: ""
    items = chain.from_iterable(source.items() for source in sources if not source.endless)
    splits = sources[0].splits
    known = Decontamination(options, (item for item in items if splits.split_of(item) in EVALUATED))
    dropped: Counter[str] = Counter()

    def reason(item: Item) -> str:
        if found := known.reason(item):
            dropped[found] += 1
            logger.info("%s is not trained on: %s (%d so far)", item.id, found, dropped[found])
        return found

    return reason


def _in_turns(sources: list[Iterator[tuple[Split, Item]]]) -> Iterator[tuple[Split, Item]]:
    """One item of each source in turn, until all are exhausted: an endless source starves no other."""
    for turn in zip_longest(*sources):
        yield from (item for item in turn if item is not None)
