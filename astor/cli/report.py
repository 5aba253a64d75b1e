"""`astor report`: the page of one run, or of two side by side."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import typer

from astor.cli.store import require_store
from astor.errors import UserError
from astor.recipe.load import is_recipe, load_recipe, packaged_recipes, parse_overrides
from astor.run.history import history_so_far
from astor.run.listing import files_of_runs, open_run
from astor.run.run import Run
from astor.storage import find


def write_report(run: str, other: str | None, overrides: Sequence[str], store: str, output: Path) -> None:
    """Write the page of `run`, or of `run` beside `other`; each is a run's directory or name, or a recipe."""
    first = find_run(run, overrides, store)
    if other is None:
        from astor.evaluation.report import render_report

        page = render_report(history_so_far(first))
    else:
        from astor.evaluation.comparison_page import render_comparison
        from astor.run.comparing import compare_runs

        page = render_comparison(compare_runs(first, find_run(other, overrides, store)))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page)
    typer.echo(output)


def find_run(name: str, overrides: Sequence[str], store: str) -> Run:
    """The run in the directory `name`, or of that name in the store, or of the recipe `name` with overrides.

    Raises:
        UserError: there is none.
    """
    root, below, called = name.rstrip("/").rpartition("/runs/")
    if below and find(f"{root}/runs/{called}/recipe"):
        return open_run(root, called)
    if Path(name).is_dir():
        raise UserError(f"{name} is no run: give a directory below a store's runs/, a run's name, or a recipe.")
    require_store(store)
    known = files_of_runs(store)
    if name in known:
        return open_run(store, name)
    if not is_recipe(name):
        near = get_close_matches(name, [*known, *packaged_recipes()], n=1)
        hint = f"did you mean {near[0]}" if near else f"there are the runs {', '.join(sorted(known)) or '(none)'}"
        raise UserError(f"There is no run {name} in {store}, and no recipe of that name: {hint}.")
    return Run(store, load_recipe(name, parse_overrides(overrides)))
