"""`astor data inspect`: tables of what a data set holds."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from astor.data.formats import open_source
from astor.data.source import distinct
from astor.data.summary import Summary, texts_of
from astor.errors import UserError
from astor.records import Split

SHOWN_CHARACTERS = 400
"""Characters shown of each part of an item."""


def inspect_source(text: str, format: str) -> None:
    """Print the tables of one source."""
    console = Console(highlight=False)
    source = open_source(text, format)
    console.print(f"{escape(text)} is read as {source.format}.")
    summary = Summary()
    for item in distinct(source.items()):
        summary.add(item, source.split_of(item))
    if not summary.items:
        raise UserError(
            f"{text} holds no item that can be used{_reasons(source.left_out.items())}: name another source."
        )
    kinds = sorted({kind for kind, _ in summary.items})
    table = Table("kind", *(split.value for split in Split), "all", "tests", title="items")
    for kind in kinds:
        counts = [summary.items[kind, split] for split in Split]
        table.add_row(kind, *map(_number, counts), _number(sum(counts)), _number(summary.tests[kind]))
    console.print(table)
    table = Table("kind", "part", "unit", "least", "median", "90 %", "most", title="lengths")
    for (kind, part, unit), spread in summary.lengths():
        table.add_row(kind, part, unit, *map(_number, spread))
    console.print(table)
    difficulties = ((str(bucket) if bucket else "unknown", count) for bucket, count in summary.difficulties.items())
    _print_counts(console, "difficulty", sorted(difficulties))
    _print_counts(console, "licence", summary.licences.most_common())
    _print_counts(console, "form", source.forms.most_common())
    _print_counts(console, "column that is not read", source.unread.most_common())
    _print_counts(console, "without a solution", summary.unverified.most_common())
    _print_counts(console, "entries left out", source.left_out.most_common())
    _print_counts(console, "parts of entries left out", source.parts_left_out.most_common())
    for kind in kinds:
        for item in summary.first[kind]:
            parts = (f"[bold]{part}[/bold]\n{escape(_short(text))}" for part, text in texts_of(item) if text)
            console.print(Panel("\n".join(parts), title=escape(f"{kind} {item.id}"), title_align="left"))


def _print_counts(console: Console, title: str, counts: Iterable[tuple[str, int]]) -> None:
    table = Table(title, "count")
    for name, count in counts:
        table.add_row(escape(name), _number(count))
    if table.row_count:
        console.print(table)


def _reasons(left_out: Iterable[tuple[str, int]]) -> str:
    told = ", ".join(f"{count} left out: {reason}" for reason, count in left_out)
    return f" ({told})" if told else ""


def _number(value: int) -> str:
    return f"{value:,}"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} …"
