"""prepare: items of the sources → prompts, demonstrations and, under a prefix of their own, references."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from random import Random
from typing import NamedTuple

from astor.data.catalogue import make_source
from astor.data.decontamination import Decontamination, DecontaminationOptions
from astor.data.source import Source
from astor.data.splits import no_demonstration, no_prompt, require_classes
from astor.data.verification import verify_items
from astor.errors import UserError
from astor.records import Demonstration, Item, Message, Prompt, Reference, Split
from astor.run.begun import own_prompts, references_of
from astor.run.code import code_digest
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef, digest_json
from astor.tasks.framing import Framing
from astor.tasks.instances import chosen_examples, tasks_for
from astor.tasks.task import Example

logger = logging.getLogger("astor")
BARREN_ITEMS = 5_000
"""Items in a row that add nothing before an endless source counts as exhausted."""
EVALUATED = (Split.HELD_OUT, Split.PROMOTION)
FEWEST_CLASSES = 2
"""Distinct functions that each split needs at least: scores of one function say nothing of a task."""


class Prepared(NamedTuple):
    """Refs of what `prepare` commits."""

    prompts: ArtifactRef
    references: ArtifactRef


def prepare(run: Run) -> Prepared:
    """Commit prompts and demonstrations, and apart from them references; what the same data made before is found again.

    A run that has begun goes on with its own, whatever other code would make of its data.

    Raises:
        UserError: a source cannot be read, or a task has no prompts in a split.
    """
    if (own := own_prompts(run)) and (known := references_of(run, own)):
        return Prepared(own, known)
    data = run.recipe.data
    sources = [make_source(options, data.splits) for options in data.sources]
    key = digest_json(
        [
            data.model_dump(mode="json", exclude={"sources"}),
            [source.identity() for source in sources],
            {key: options.model_dump(mode="json") for key, options in run.recipe.tasks.items()},
            [task.reference_type.model_json_schema() for task in run.tasks.values()],
            code_digest("records", "data", "tasks", "steps/prepare.py"),
        ]
    )[:16]
    prompts_uri, references_uri = f"{run.places.root}/cache/prompts/{key}", f"{run.places.root}/references/{key}"
    references = run.artifacts.done(references_uri, {})
    if references and (prompts := run.artifacts.done(prompts_uri, {"references": references})):
        return Prepared(prompts, references)
    gathered = Gathering(run)
    report_progress("prepare", 0, gathered.total)
    contaminated = _contamination(data.decontamination, sources)
    for split, item in _in_turns([_items(run, source) for source in sources]):
        if split in EVALUATED or not contaminated(item):
            gathered.add((split, item))
        if gathered.complete or gathered.barren >= BARREN_ITEMS:
            break
    gathered.check()
    references = run.artifacts.commit(references_uri, {}, references=gathered.references)
    prompts = run.artifacts.commit(
        prompts_uri,
        {"references": references},
        prompts=gathered.framed_prompts(),
        demonstrations=gathered.shuffled_demonstrations(),
    )
    return Prepared(prompts, references)


class Gathering:
    """Prompts, references and demonstrations as far as they are wanted."""

    def __init__(self, run: Run) -> None:
        counts = run.recipe.data.prompts
        self.tasks = run.tasks
        self.wanted_prompts = {
            Split.TRAIN: counts.train,
            Split.HELD_OUT: counts.held_out,
            Split.PROMOTION: counts.promotion,
        }
        self.wanted_demonstrations = counts.demonstrations
        self.reads_demonstrations = run.recipe.policy.reads_demonstrations
        self.prompts: list[Prompt] = []
        self.references: list[Reference] = []
        self.demonstrations: list[Example] = []
        self.framings = {key: Framing(task) for key, task in self.tasks.items()}
        self.counts: Counter[tuple[Split, str]] = Counter()
        self.classes: defaultdict[Split, set[str]] = defaultdict(set)
        self.offered: defaultdict[str, set[str]] = defaultdict(set)
        """Task → structures of the items that it made examples of, whatever their split."""
        self.barren = 0
        self._seen: set[str] = set()
        self._texts: dict[tuple[Message, ...], Split] = {}
        """What is asked → the split that asks it: different functions may make the same diff."""

    def add(self, item: tuple[Split, Item]) -> None:
        """Take what is still wanted of one item's examples."""
        split, content = item
        before = self.counts.total()
        for task in tasks_for(content, self.tasks):
            for example in chosen_examples(task, content, split):
                self.offered[task.key].add(content.structural_hash)
                self._take(split, content, example)
        gained = self.counts.total() - before
        self.barren = 0 if gained else self.barren + 1
        if gained:
            report_progress("prepare", self.counts.total(), self.total)

    def _take(self, split: Split, item: Item, example: Example) -> None:
        task, kind = example.reference.task, f"{example.reference.task}/{example.reference.kind}"
        if self._texts.get(example.prompt.messages, split) is not split:
            return
        framing = self.framings[task]
        if framing.keeps(example):
            return
        before = self.counts.total()
        if split is Split.WARM_START:
            key = kind if kind in self.wanted_demonstrations else task
            if framing.demonstrates(example) and self.counts[split, key] < self.wanted_demonstrations.get(key, 0):
                self.demonstrations.append(example)
                self.counts[split, key] += 1
        elif self.counts[split, task] < self.wanted_prompts[split] and example.prompt.id not in self._seen:
            self._seen.add(example.prompt.id)
            self.prompts.append(example.prompt)
            self.references.append(example.reference)
            self.classes[split].add(item.structural_hash)
            self.counts[split, task] += 1
        if self.counts.total() > before:
            self._texts[example.prompt.messages] = split

    @property
    def total(self) -> int:
        """Prompts and demonstrations that are wanted."""
        return len(self.tasks) * sum(self.wanted_prompts.values()) + sum(self.wanted_demonstrations.values())

    @property
    def complete(self) -> bool:
        """Whether nothing more is wanted."""
        return self.counts.total() >= self.total

    def check(self) -> None:
        """UserError where a task came away empty-handed, a warm start has no answers, or a split too few functions."""
        for split in self.wanted_prompts:
            for task in self.tasks:
                if not self.counts[split, task]:
                    raise UserError(no_prompt(task, split, len(self.offered[task])))
        if self.reads_demonstrations and not self.demonstrations:
            raise UserError(no_demonstration(list(self.tasks), self.wanted_demonstrations))
        found = {split: len(classes) for split, classes in self.classes.items()}
        require_classes(found, dict.fromkeys(self.wanted_prompts, FEWEST_CLASSES))

    def shuffled_demonstrations(self) -> list[Demonstration]:
        """The demonstrations in an order that mixes tasks evenly, the same for every seed of a run."""
        shuffled = Random(0).sample(self.demonstrations, len(self.demonstrations))
        return [self.framings[example.prompt.task].demonstration(example) for example in shuffled]

    def framed_prompts(self) -> list[Prompt]:
        """The prompts with what their tasks show before them, and how answers begin."""
        return [
            self.framings[prompt.task].prompt(prompt, reference.kind)
            for prompt, reference in zip(self.prompts, self.references, strict=True)
        ]


def _items(run: Run, source: Source) -> Iterator[tuple[Split, Item]]:
    items: Iterable[Item] = source.items()
    refuted: Counter[str] = Counter()
    if not source.trusted:
        items = _true_items(items, run, refuted)
    yield from ((source.split_of(item), item) for item in items)
    if source.unread:
        logger.info("%s: columns that are not read: %s", source.format, ", ".join(source.unread))
    for reason, count in (source.left_out + refuted).items():
        logger.info("%s: %d items left out: %s", source.format, count, reason)


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
