"""Where the prompts of a run lie, and which there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from astor.data.catalogue import make_source
from astor.records import Demonstration, Prompt, Split
from astor.run.begun import own_prompts
from astor.run.code import code_digest
from astor.run.run import Run
from astor.storage import digest_json

Counts = Mapping[Split, Mapping[str, int]]
"""Split → task → prompts; of the warm start's, demonstrations."""


class Prepared(NamedTuple):
    """Prompts that were prepared, or would be."""

    counts: Counts
    longest: int
    """Characters of the longest prompt."""
    verified: bool = True
    """Whether every item behind them is known to be right, as it is once they were prepared."""

    @property
    def trained(self) -> int:
        """Prompts to train on."""
        return sum(self.counts[Split.TRAIN].values())


def prompts_places(run: Run) -> tuple[str, str]:
    """URIs of prompts and of references, which are called after what they are made from.

    Raises:
        UserError: a source cannot be read.
    """
    data = run.recipe.data
    sources = [make_source(options, data.splits) for options in data.sources]
    key = digest_json(
        [
            data.model_dump(mode="json", exclude={"sources"}),
            [source.identity() for source in sources],
            {key: options.model_dump(mode="json") for key, options in run.recipe.tasks.items()},
            [task.reference_type.model_json_schema() for task in run.tasks.values()],
            code_digest("records", "data", "tasks", "run/gathering.py", "run/reading.py", "steps/prepare.py"),
        ]
    )[:16]
    return f"{run.places.root}/cache/prompts/{key}", f"{run.places.root}/references/{key}"


def find_prepared(run: Run) -> Prepared | None:
    """The prompts that the run has, or would find made; None where they were not prepared yet."""
    prompts = own_prompts(run) or run.artifacts.find(prompts_places(run)[0])
    if prompts is None:
        return None
    return count(run.artifacts.read(prompts, "prompts"), run.artifacts.read(prompts, "demonstrations"))


def count(prompts: Iterable[Prompt], demonstrations: Iterable[Demonstration], verified: bool = True) -> Prepared:
    """The prompts per split and task, but those that are asked apart."""
    counts: dict[Split, Counter[str]] = {split: Counter() for split in Split}
    longest = 0
    for prompt in prompts:
        counts[prompt.split][prompt.task] += not prompt.apart
        longest = max(longest, sum(len(message.content) for message in prompt.messages))
    counts[Split.WARM_START] = Counter(one.task for one in demonstrations)
    return Prepared(counts, longest, verified)
