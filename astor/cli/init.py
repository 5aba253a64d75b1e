"""`astor init`: a recipe for one's own data, with a comment wherever one would change it."""

import json
import re
import shlex
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from astor.data.git import GitOptions, GitSource
from astor.data.jsonl import JsonlOptions, JsonlSource
from astor.data.shares import Classes, classes_of, count_by_split, fitting_shares
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Item, Split
from astor.storage.atomic import draft_beside

OF_FUNCTIONS = ("type: jsonl", "io_prediction:", "code_generation:", "unit_tests:")
OF_COMMITS = ("type: git", "commit_message:")
MOST_LINES = 20
"""Of a commit, as the recipe has it."""
PER_FUNCTION = 2
"""Prompts of a function with calls, at least: for an output of it, and for an input."""
LARGEST_BATCH = 16
FEWEST_CLASSES = 2
"""Functions and files that each split needs together, as `prepare` has it."""

console = Console(stderr=True, highlight=False)


def write_recipe(file: Path, functions: Path | None, repository: Path | None) -> None:
    """Write the recipe at `file`, and print what there is and what to do next.

    With neither of the two the paths in it are to be filled in; with one, what is of the other is a comment.
    """
    text = (files("astor.recipes") / "own.yaml").read_text()
    if functions or repository:
        classes = classes_of(_items(functions, repository))
        splits = fitting_shares(classes)
        text = _with_numbers(text, classes, splits)
        _print_counts(classes, splits)
    for given, placeholder, lines in (
        (functions, "path: functions.jsonl", OF_FUNCTIONS),
        (repository, "path: repository", OF_COMMITS),
    ):
        if given:
            text = text.replace(placeholder, f"path: {json.dumps(str(given), ensure_ascii=False)}")
        elif functions or repository:
            text = "".join(
                f"# {line}" if any(word in line for word in lines) else line for line in text.splitlines(True)
            )
    _write_new(file, text)
    _print_next(file, functions)


def _items(functions: Path | None, repository: Path | None) -> Iterable[Item]:
    splits = SplitOptions()
    if functions:
        yield from JsonlSource(JsonlOptions(path=functions), splits).items()
    if repository:
        yield from GitSource(GitOptions(path=repository, most_lines=MOST_LINES), splits).items()


def _with_numbers(text: str, classes: Classes, splits: SplitOptions) -> str:
    """The recipe with shares that leave no split empty, and a batch that is not larger than what is trained on."""
    usual, counts = SplitOptions(), count_by_split(classes, splits)
    for split in Split:
        text = _with_value(text, split.value, *(f"{getattr(options, split.value):g}" for options in (usual, splits)))
    prompts = PER_FUNCTION * counts["function", Split.TRAIN] + counts["commit", Split.TRAIN]
    fewest = 3 * ("function" in classes) + ("commit" in classes)
    return _with_value(text, "prompts", "8", str(max(fewest, min(prompts, LARGEST_BATCH))))


def _with_value(text: str, key: str, before: str, after: str) -> str:
    """The recipe with another value behind a key that has a comment, which stays in its column."""
    return re.sub(
        rf"(?<=  {key}: ){before}( +)(?=#)", lambda found: after.ljust(len(before + found[1]) - 1) + " ", text
    )


def _write_new(file: Path, text: str) -> None:
    with draft_beside(file) as draft:
        draft.write_text(text)
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            raise UserError(f"{file} is there already: name another file, or remove it.") from None


def _print_counts(classes: Classes, splits: SplitOptions) -> None:
    counts = count_by_split(classes, splits)
    table = Table("of different structure", *(split.value for split in Split), title="what there is")
    names = {"function": "functions", "commit": "files that commits change"}
    for kind, found in classes.items():
        table.add_row(names.get(kind, kind), *(str(counts[kind, split]) for split in Split))
        fewest = FEWEST_CLASSES if len(classes) == 1 else 1
        if lacking := [split.value for split in Split if counts[kind, split] < fewest]:
            console.print(
                f"{len(found)} {names.get(kind, kind)} leave too little for {', '.join(lacking)}: give a dozen.",
                soft_wrap=True,
            )
    console.print(table)


def _print_next(file: Path, functions: Path | None) -> None:
    name = shlex.quote(str(file))
    typer.echo(f"{file} is written. Read it, and then:")
    steps = {
        f"astor run {name} --dry-run": "is all there, and what would it take?",
        f"astor run {name}": "train, score and register the model",
    }
    if functions:
        checked = f"astor data validate {shlex.quote(str(functions))}"
        steps = {checked: "are the functions right on their own tests?", **steps}
    width = max(map(len, steps))
    for command, why in steps.items():
        typer.echo(f"  {command:<{width}}  # {why}")
