"""`astor data validate`: which references fail on their own tests, and what remains without them."""

import json
import time
from collections import Counter

import typer
from rich.console import Console

from astor.cli.display import Display
from astor.cli.limits import way_out
from astor.data.formats import open_source
from astor.data.prepared import PreparedSource
from astor.data.verification import Verified
from astor.errors import UserError
from astor.sandbox import Limits, Sandbox, SandboxOptions
from astor.steps.validate import failures, take_out

console = Console(stderr=True, highlight=False)


def validate_source(text: str, format: str, write: bool, limits: Limits) -> None:
    """Print a line for each failure, and at the end one line of JSON."""
    source = open_source(text, format)
    console.print(f"{text} is read as {source.format}.", markup=False)
    if write and not isinstance(source, PreparedSource):
        raise UserError(f"{text} is no prepared directory, and only such a one is written: omit --write.")
    started = time.perf_counter()
    counted, failed = Counter[str](), list[Verified]()
    total = source.manifest.kept if isinstance(source, PreparedSource) else 0
    with Sandbox(SandboxOptions(limits=limits)) as sandbox, Display(console, goes_on=False):
        for found in failures(source, sandbox, counted, total):
            failed.append(found)
            console.print(f"{found.item.id}: {_reason(found, limits)}", markup=False, soft_wrap=True)
    if not counted["items"]:
        reasons = ", ".join(f"{count} left out: {reason}" for reason, count in source.left_out.items())
        raise UserError(f"{text} holds no item that can be used ({reasons or 'it is empty'}): name another source.")
    if write and failed:
        take_out(text, {found.item.id: found.reason for found in failed})
    seconds = round(time.perf_counter() - started, 3)
    told = [{"id": found.item.id, "reason": _reason(found, limits)} for found in failed]
    result: dict[str, object] = {"items": counted["items"], "passed": counted["passed"]}
    if counted["unverified"]:
        result["unverified"] = counted["unverified"]
    result |= {"failed": told, "seconds": seconds}
    typer.echo(json.dumps(result))


def _reason(found: Verified, limits: Limits) -> str:
    return f"{found.reason} ({way_out(limits, found.detail)})" if found.detail else found.reason
