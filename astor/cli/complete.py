"""What a shell completes an argument with: recipes and runs. Nothing is written, and nothing remote is asked."""

from collections.abc import Iterator
from pathlib import Path

import typer

from astor.cli.store import DEFAULT


def complete_recipe(incomplete: str) -> list[str]:
    """Packaged recipes, and YAML files and directories that begin as what was typed."""
    from astor.recipe.load import packaged_recipes

    names = [name for name in packaged_recipes() if name.startswith(incomplete)]
    return names + list(_files(incomplete))


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """Names of the runs of the store that was named before, or of the default one."""
    place = Path(context.params.get("store") or DEFAULT) / "runs"
    names = [path.name for path in place.glob("*/") if not path.name.startswith(".")] if place.is_dir() else []
    return sorted(name for name in names if name.startswith(incomplete))


def complete_run_or_recipe(context: typer.Context, incomplete: str) -> list[str]:
    """Runs, then recipes."""
    return complete_run(context, incomplete) + complete_recipe(incomplete)


def _files(incomplete: str) -> Iterator[str]:
    folder, slash, begun = incomplete.rpartition("/")
    for path in sorted(Path(folder + slash or ".").glob("*")):
        if path.name.startswith(begun) and not path.name.startswith(".") and (path.is_dir() or path.suffix == ".yaml"):
            yield f"{folder}{slash}{path.name}" + ("/" if path.is_dir() else "")
