"""validate: items and the sandbox → which items do not hold what they claim; takes them out of a prepared directory."""

from collections import Counter
from collections.abc import Iterator, Mapping

from astor.data.own_tests import has_reference
from astor.data.prepared import Writer, read_manifest
from astor.data.source import Source, distinct
from astor.data.verification import Verified, verify_items
from astor.records import PreparedManifest
from astor.run.progress import report_progress
from astor.sandbox.runner import JobRunner
from astor.tasks.prompt_counts import count_prompts

REPORTED = 256
"""Items between two reports of progress."""


def failures(source: Source, sandbox: JobRunner, counted: Counter[str], total: int = 0) -> Iterator[Verified]:
    """Every item whose reference fails; `counted` gets `items`, `passed` and, of those that have none, `unverified`.

    `total` is how many items there are, 0 where nobody knows. An identifier that comes twice is a UserError.
    """
    for found in verify_items(distinct(source.items()), sandbox, mutants=False):
        counted["items"] += 1
        if not found.reason:
            counted["passed" if has_reference(found.item.content) else "unverified"] += 1
        if counted["items"] % REPORTED == 0:
            report_progress("validate", counted["items"], total)
        if found.reason:
            yield found


def take_out(directory: str, failed: Mapping[str, str]) -> PreparedManifest:
    """Write a prepared directory anew without the items that failed: their identifiers, and why."""
    writer, manifest = Writer(directory), read_manifest(directory)
    return writer.finish(writer.rewrite(manifest, lambda item: failed.get(item.id, item), count_prompts))
