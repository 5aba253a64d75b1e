"""Prompts, demonstrations and references of a run, gathered from items as far as they are wanted."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from random import Random

from astor.data.splits import no_demonstration, no_prompt, require_classes
from astor.errors import UserError
from astor.recipe.contradictions import check_batch
from astor.recipe.recipe import Recipe
from astor.records import DataOrigin, Demonstration, Item, Message, Prompt, Reference, Split
from astor.run.progress import report_progress
from astor.tasks.framing import Framing
from astor.tasks.instances import chosen_examples, tasks_for
from astor.tasks.task import Example, Task

STAGE = "prompts"
FEWEST_CLASSES = 2
"""Distinct functions that each split needs at least: scores of one function say nothing of a task."""


class Gathering:
    """Prompts, references and demonstrations as far as they are wanted."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        wanted_prompts: Mapping[Split, int | None],
        wanted_demonstrations: Mapping[str, int] = {},
    ) -> None:
        """What is wanted of `tasks` (by key): prompts per task of a split, all that there are where that is None, none
        of a split that is not named; and demonstrations, as `data.prompts.demonstrations` of a recipe has them."""
        self.tasks, self.wanted_prompts, self.wanted_demonstrations = tasks, wanted_prompts, wanted_demonstrations
        self.prompts: list[Prompt] = []
        self.references: list[Reference] = []
        self.demonstrations: list[Example] = []
        self.framings = {key: Framing(task) for key, task in self.tasks.items()}
        self.counts: Counter[tuple[Split, str]] = Counter()
        self.classes: defaultdict[Split, set[str]] = defaultdict(set)
        self.offered: defaultdict[str, set[str]] = defaultdict(set)
        """Task → structures of the items that it made examples of, whatever their split."""
        self.used: Counter[tuple[str, str]] = Counter()
        """Source and licence → items that something was taken of."""
        self.barren = 0
        self._seen: set[str] = set()
        self._asked: set[tuple[str, str]] = set()
        """Key of a task and identifier of an item that prompts of its promotion split ask about."""
        self._texts: dict[tuple[Message, ...], Split] = {}
        """What is asked → the split that asks it: different functions may make the same diff."""

    def add(self, item: tuple[Split, Item]) -> None:
        """Take what is still wanted of one item's examples."""
        split, content = item
        before = self.counts.total()
        for task in tasks_for(content, self.tasks):
            if self._has_enough(split, task):
                continue
            for example in chosen_examples(task, content, split):
                self.offered[task.key].add(content.structural_hash)
                self._take(split, content, example)
        gained = self.counts.total() - before
        self.barren = 0 if gained else self.barren + 1
        if gained:
            self.used[content.source, content.licence] += 1
            report_progress(STAGE, self.counts.total(), self.total)

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
        elif example.reference.apart:
            # It stands beside the item's prompts that are counted, and is not one of them.
            if (task, item.id) in self._asked and example.prompt.id not in self._seen:
                self._seen.add(example.prompt.id)
                self.prompts.append(example.prompt)
                self.references.append(example.reference)
                self._texts[example.prompt.messages] = split
        elif self._wants(split, task) and example.prompt.id not in self._seen:
            self._seen.add(example.prompt.id)
            self.prompts.append(example.prompt)
            self.references.append(example.reference)
            self._asked.add((task, item.id))
            self.classes[split].add(item.structural_hash)
            self.counts[split, task] += 1
        if self.counts.total() > before:
            self._texts[example.prompt.messages] = split

    def _has_enough(self, split: Split, task: Task) -> bool:
        """Whether no example of the split can be of use any more: as one that is taken, as one that prompts show, or to
        say how many there were where a split of the task stays empty."""
        if task.options.few_shot or not all(self.counts[each, task.key] for each in self.wanted_prompts):
            return False
        if split is not Split.WARM_START:
            return not self._wants(split, task.key)
        wanted = self.wanted_demonstrations.items()
        return all(self.counts[split, key] >= most for key, most in wanted if key.partition("/")[0] == task.key)

    def _wants(self, split: Split, task: str) -> bool:
        most = self.wanted_prompts.get(split, 0)
        return most is None or self.counts[split, task] < most

    @property
    def total(self) -> int:
        """Prompts and demonstrations that are wanted; 0 where that is as many as there are."""
        wanted = list(self.wanted_prompts.values())
        if None in wanted:
            return 0
        return len(self.tasks) * sum(filter(None, wanted)) + sum(self.wanted_demonstrations.values())

    @property
    def complete(self) -> bool:
        """Whether nothing more is wanted."""
        return 0 < self.total <= self.counts.total()

    def check(self, recipe: Recipe) -> None:
        """UserError where a task came away empty-handed, a warm start has no answers, a split too few functions, or a
        batch too few prompts."""
        for split in self.wanted_prompts:
            for task in self.tasks:
                if not self.counts[split, task]:
                    options = self.tasks[task].options
                    takes = {"difficulties": options.difficulties, "sources": options.sources}
                    narrowed = {name: values for name, values in takes.items() if values}
                    raise UserError(no_prompt(task, split, len(self.offered[task]), narrowed))
        if recipe.policy.reads_demonstrations and not self.demonstrations:
            raise UserError(no_demonstration(list(self.tasks), self.wanted_demonstrations))
        found = {split: len(classes) for split, classes in self.classes.items()}
        require_classes(found, dict.fromkeys(self.wanted_prompts, FEWEST_CLASSES))
        batch = recipe.batch.prompts if recipe.rounds else 0
        check_batch(batch, sum(self.counts[Split.TRAIN, task] for task in self.tasks))

    def shuffled_demonstrations(self) -> list[Demonstration]:
        """The demonstrations in an order that mixes tasks evenly, the same for every seed of a run."""
        shuffled = Random(0).sample(self.demonstrations, len(self.demonstrations))
        return [self.framings[example.prompt.task].demonstration(example) for example in shuffled]

    def origins(self) -> list[DataOrigin]:
        """Where the items came from that something was taken of."""
        return [
            DataOrigin(source=source, licence=licence, items=items)
            for (source, licence), items in sorted(self.used.items())
        ]

    def framed_prompts(self) -> list[Prompt]:
        """The prompts with what their tasks show before them, and how answers begin."""
        return [
            self.framings[prompt.task].prompt(prompt, reference.kind)
            for prompt, reference in zip(self.prompts, self.references, strict=True)
        ]
