"""validate: items and the sandbox → which items do not hold what they claim; takes them out of a prepared directory."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from astor.data.prepared import read_manifest
from astor.data.source import Source
from astor.data.verification import Verified, verify_items
from astor.errors import UserError
from astor.records import MANIFEST, Item, PreparedPart, Split, read_jsonl, write_json, write_jsonl
from astor.run.progress import report_progress
from astor.sandbox.runner import JobRunner
from astor.storage import digest_file
from astor.tasks.catalogue import task_classes

REPORTED = 256
"""Items between two reports of progress."""


def failures(source: Source, sandbox: JobRunner, counted: Counter[str], total: int = 0) -> Iterator[Verified]:
    """Every item whose reference fails; `counted` gets `items` and `passed`.

    `total` is how many items there are, 0 where nobody knows. An identifier that comes twice is a UserError.
    """
    for found in verify_items(distinct(source.items()), sandbox, mutants=False):
        counted["items"] += 1
        counted["passed"] += not found.reason
        if counted["items"] % REPORTED == 0:
            report_progress("validate", counted["items"], total)
        if found.reason:
            yield found


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


def take_out(directory: str, failed: Mapping[str, str]) -> None:
    """Write a prepared directory anew without the items that failed: their identifiers, and why.

    New files of items are written beside the old ones, the manifest that names them takes the old one's place at once,
    and only then the old ones go: whoever reads finds the old items or the new ones.
    """
    root, manifest = Path(directory), read_manifest(directory)
    parts = tuple(_without(root, part, failed) for part in manifest.parts)
    changed = manifest.model_copy(
        update={
            "parts": parts,
            "kept": sum(part.kept for part in parts),
            "dropped": dict(
                sum((Counter(part.dropped) for part in parts), _of_reader(manifest.dropped, manifest.parts))
            ),
            "prompts": dict(sum((Counter(part.prompts) for part in parts), Counter[str]())),
            "licences": dict(sum((Counter(part.licences) for part in parts), Counter[str]())),
        }
    )
    temporary = root / f".{MANIFEST}-{os.getpid()}"
    write_json(temporary, changed)
    os.replace(temporary, root / MANIFEST)
    for old in {part.file for part in manifest.parts} - {part.file for part in parts}:
        (root / old).unlink()


def _without(root: Path, part: PreparedPart, failed: Mapping[str, str]) -> PreparedPart:
    items = list(read_jsonl(root / part.file, Item))
    kept = [item for item in items if item.id not in failed]
    if len(kept) == len(items):
        return part
    temporary = root / "items" / f".part-{os.getpid()}"
    write_jsonl(temporary, kept)
    digest = digest_file(temporary)
    name = f"{part.file.partition('.')[0]}-{digest[:8]}.jsonl"
    os.replace(temporary, root / name)
    prompts: Counter[str] = Counter()
    for task in task_classes().values():
        made = task(task.options_type())
        prompts[task.name] = sum(1 for item in kept for _ in made.examples(item, Split.TRAIN))
    return part.model_copy(
        update={
            "file": name,
            "digest": digest,
            "kept": len(kept),
            "dropped": dict(Counter(part.dropped) + Counter(failed[item.id] for item in items if item.id in failed)),
            "prompts": dict(+prompts),
            "licences": dict(Counter(item.licence for item in kept)),
        }
    )


def _of_reader(dropped: dict[str, int], parts: Iterable[PreparedPart]) -> Counter[str]:
    """What the manifest counts beside its parts."""
    return Counter(dropped) - sum((Counter(part.dropped) for part in parts), Counter[str]())
