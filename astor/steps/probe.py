"""probe: a policy answers every item of a prepared directory a few times; how well becomes the items' difficulty.

Until all items are probed, notes hold what came of some dozens of them each: a command that was killed goes on after
them. Only then the items are written anew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean

from pydantic import Field

from astor.data.prepared import Notes, Writer, read_manifest, read_part
from astor.errors import UserError
from astor.options import Options
from astor.records import Batch, BatchRow, Item, PreparedManifest, Record, Split
from astor.rollout.engine import Sampler
from astor.rollout.measure import measure
from astor.run.progress import report_progress
from astor.sandbox.runner import JobRunner
from astor.storage import digest_json
from astor.tasks.prompt_counts import count_prompts
from astor.tasks.task import Task

BUCKETS = 5
"""Levels of difficulty: 1 for pass rates above 4/5, 5 for those of 1/5 and less; 0 stays for items that no task can ask
about. Our choice: four answers or so tell no finer."""


class ProbeOptions(Options):
    """How the policy is asked."""

    samples: int = Field(default=4, ge=1)
    """Answers to each prompt of an item. Our choice: the buckets need no more, and it is paid for every item."""
    temperature: float = Field(default=0.7, gt=0, le=2)
    """Our choice, as in evaluations of chat models."""
    seed: int = Field(default=0, ge=0)
    items: int = Field(default=64, ge=1)
    """Items that are probed together, and at most lost. Our choice: enough to fill the engine's batches."""


class Rates(Record):
    """What came of some items."""

    rates: dict[str, float]
    """Item → mean score of the answers to its prompts, in [0, 1]. Where scores are 0 or 1 that is the pass rate."""


def bucket(rate: float) -> int:
    """The difficulty of an item with this pass rate: 1 (easiest) to `BUCKETS`."""
    return min(BUCKETS, 1 + int(BUCKETS * (1 - rate)))


def probe(
    directory: str,
    sampler: Sampler,
    tasks: Mapping[str, Task],
    sandbox: JobRunner,
    options: ProbeOptions,
    name: str,
) -> PreparedManifest:
    """Give every item of `directory`, a local path or `s3://` URI, its bucket; the manifest that says so.

    `name` is the policy's, for people and for going on: what was begun with another policy, other tasks or options is
    not gone on with. UserError where `directory` is not prepared, or none of the tasks can ask about its items.
    """
    manifest = read_manifest(directory)
    asked = {task.key: task.options.model_dump(mode="json") for task in tasks.values()}
    notes = Notes(directory, digest_json([name, asked, options.model_dump(mode="json"), manifest.files]))
    rates: dict[str, float] = {}
    done = 0
    for number, part in enumerate(manifest.parts):
        items = list(read_part(directory, part))
        for start in range(0, len(items), options.items):
            block = items[start : start + options.items]
            found = notes.read(f"{number:05d}-{start:05d}", Rates)
            if found is None:
                found = _rates(block, sampler, tasks, sandbox, options)
                notes.write(f"{number:05d}-{start:05d}", found)
            rates |= found.rates
            done += len(block)
            report_progress("probe", done, manifest.kept)
    if not rates:
        raise UserError(f"None of {', '.join(tasks)} can ask about an item of {directory}: name a recipe with others.")

    def rated(item: Item) -> Item:
        return item.model_copy(update={"difficulty": bucket(rates[item.id]) if item.id in rates else 0})

    writer = Writer(directory)
    told = {"policy": name, "samples": options.samples, "items": len(rates), "mean": round(fmean(rates.values()), 4)}
    changed = writer.rewrite(manifest, rated, count_prompts)
    return writer.finish(changed.model_copy(update={"probed": told}))


def _rates(
    items: Sequence[Item],
    sampler: Sampler,
    tasks: Mapping[str, Task],
    sandbox: JobRunner,
    options: ProbeOptions,
) -> Rates:
    examples = [example for item in items for task in tasks.values() for example in task.examples(item, Split.TRAIN)]
    prompts = {example.prompt.id: example.prompt for example in examples}
    references = {example.prompt.id: example.reference for example in examples}
    rows = tuple(
        BatchRow(prompt_id=prompt.id, task=prompt.task, rollouts=options.samples, max_tokens=prompt.max_tokens)
        for prompt in prompts.values()
    )
    batch = Batch(round=0, policy_digest=None, seed=options.seed, temperature=options.temperature, rows=rows)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for verdict in measure(sampler, tasks, sandbox, prompts, references, batch):
        if verdict.score is not None:
            scores[prompts[verdict.prompt_id].item_id].append(verdict.score)
    return Rates(rates={item: fmean(found) for item, found in scores.items()})
