"""`astor data prepare`: a source becomes a prepared directory; the last line is what became of it as JSON."""

import json
from collections.abc import Sequence

import typer
from rich.console import Console

from astor.cli.display import Display
from astor.data.formats import open_source
from astor.errors import UserError
from astor.records import PreparedManifest
from astor.sandbox import Sandbox, SandboxOptions
from astor.steps.dataset import Dataset, DatasetOptions

console = Console(stderr=True, highlight=False)


def prepare_source(
    source: str, out: str, format: str, against: Sequence[str], options: DatasetOptions, fresh: bool
) -> None:
    """Prepare `source` at `out`, or go on with it, or print what it came to."""
    if not out:
        raise UserError("--out has no name: give a directory or an s3:// prefix.")
    if source.rstrip("/") == out.rstrip("/"):
        raise UserError(f"{out} cannot be prepared into itself: name another --out.")
    opened = open_source(source, format)
    evaluated = {each: open_source(each) for each in against}
    for name, each in {source: opened, **evaluated}.items():
        console.print(f"{name} is read as {each.format}", markup=False, soft_wrap=True)
    dataset = Dataset(source, opened, out, options, evaluated)
    if fresh:
        dataset.writer.start_over()
    if (manifest := dataset.writer.finished()) is not None:
        console.print(f"{out} is prepared already; --fresh starts over.", markup=False, soft_wrap=True)
    elif dataset.needs_sandbox:
        with Sandbox(SandboxOptions()) as sandbox, Display(console):
            manifest = dataset.write(sandbox)
    else:
        with Display(console):
            manifest = dataset.write(None)
    if opened.unread:
        told = ", ".join(opened.unread)
        console.print(f"{source} has columns that are not read: {told}", markup=False, soft_wrap=True)
    _print(manifest)


def _print(manifest: PreparedManifest) -> None:
    for part in manifest.parts:
        for reason, ids in part.dropped_ids.items():
            more = part.dropped[reason] - len(ids)
            named = ", ".join(ids) + (f" and {more} more" if more else "")
            console.print(f"dropped, {reason}: {named}", markup=False, soft_wrap=True)
    fields = ("read", "kept", *(["unverified"] if manifest.unverified else []), "dropped", "prompts")
    typer.echo(json.dumps({field: getattr(manifest, field) for field in fields}))
