"""The table of contents of `astor`, and how mistakes are told."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from astor import __version__
from astor.cli.data import app as data_app
from astor.cli.sandbox import app as sandbox_app
from astor.errors import explain

app = typer.Typer(
    name="astor",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data_app, name="data")
app.add_typer(sandbox_app, name="sandbox")

Recipe = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe file, or the name of a packaged recipe.")]
Overrides = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the recipe.")]
Store = Annotated[str, typer.Option(help="Directory or s3:// prefix below which runs, caches and models lie.")]
MLflow = Annotated[str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow; default: a file in the store.")]


Version = Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version, and end.")]


@app.callback(invoke_without_command=True)
def begin(context: typer.Context, version: Version = False) -> None:
    """One code model, several coding tasks, one better model: reinforcement learning with verifiable rewards."""
    if version:
        typer.echo(f"astor {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


@app.command()
def run(
    recipe: Recipe,
    on: Annotated[
        Literal["local", "process"],
        typer.Option(help="local: the pipeline on KFP's local runner. process: the same steps in this process."),
    ] = "local",
    overrides: Overrides = [],
    store: Store = ".",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the resolved recipe and the plan.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of continuing.")] = False,
) -> None:
    """Run a recipe, or go on with it from its last commit; the last line is the result as JSON."""
    from astor.cli.run import print_plan, run_recipe
    from astor.recipe.load import load_recipe, parse_overrides

    resolved = load_recipe(recipe, parse_overrides(overrides))
    if dry_run:
        print_plan(resolved, store)
    else:
        run_recipe(resolved, store, on, fresh)


@app.command("compile")
def compile_pipeline(
    recipe: Recipe,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The YAML file to write.")],
    overrides: Overrides = [],
    store: Store = "",
    image: Annotated[str | None, typer.Option(metavar="NAME", help="Image of every task.")] = None,
    gpus: Annotated[int, typer.Option(min=0, metavar="N", help="NVIDIA GPUs of tasks that run models.")] = 0,
    credentials: Annotated[
        str | None, typer.Option(metavar="SECRET", help="Secret with the S3 credentials of all tasks.")
    ] = None,
    reference_credentials: Annotated[
        str | None, typer.Option(metavar="SECRET", help="Secret that may read references too.")
    ] = None,
) -> None:
    """Write the recipe's pipeline as YAML for a KFP server."""
    from astor.cli.compile import compile_recipe
    from astor.pipelines.platform import Platform
    from astor.recipe.load import parse_overrides

    platform = Platform(image=image, gpus=gpus, credentials=credentials, reference_credentials=reference_credentials)
    compile_recipe(recipe, parse_overrides(overrides), output, store, platform)


@app.command()
def compare(
    recipe: Recipe,
    methods: Annotated[str, typer.Option(metavar="A,B,…", help="Packaged methods, or YAML files of your own.")],
    seeds: Annotated[str, typer.Option(metavar="N", help="How many seeds, or which: 0,1,2.")] = "3",
    budget: Annotated[str, typer.Option(metavar="tokens=N|prompts=N", help="Of each run; default: the recipe's.")] = "",
    overrides: Overrides = [],
    store: Store = ".",
    name: Annotated[str, typer.Option(help="What the comparison is called; default: as the recipe.")] = "",
    reference: Annotated[str, typer.Option(help="The method to compare with; default: the first.")] = "",
    never_useful: Annotated[
        str, typer.Option("--never-useful", metavar="TASK,…", help="Tasks whose groups never count as useful.")
    ] = "",
    at_once: Annotated[int, typer.Option(min=0, help="Runs side by side; 0: as cores and memory allow.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be run.")] = False,
) -> None:
    """Compare methods: all from one warm start, on the same data, at equal budget; a stopped comparison goes on."""
    from astor.cli.compare import compare, print_comparison, read_comparison
    from astor.recipe.load import parse_overrides

    asked = read_comparison(recipe, parse_overrides(overrides), methods, seeds, budget, store, name)
    if dry_run:
        print_comparison(asked)
    else:
        compare(asked, at_once, reference, [task for task in never_useful.split(",") if task])


@app.command()
def serve(
    model: Annotated[str, typer.Option(help="Name of the registered model; default: the only one.")] = "",
    alias: Annotated[str, typer.Option(help="Alias of the version to serve.")] = "champion",
    policy: Annotated[Path | None, typer.Option(help="A policy's directory, instead of a registered model.")] = None,
    store: Store = ".",
    mlflow_uri: MLflow = "",
    host: str = "127.0.0.1",
    port: int = 8000,
) -> None:
    """Answer OpenAI's API with a registered model."""
    from astor.cli.serve import serve_model

    serve_model(model, alias, policy, store, mlflow_uri, host, port)


@app.command()
def report(
    recipe: Recipe,
    overrides: Overrides = [],
    store: Store = ".",
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")] = Path("report.html"),
) -> None:
    """Draw the report of a run as far as it has come."""
    from astor.evaluation.report import render_report
    from astor.recipe.load import load_recipe, parse_overrides
    from astor.run.history import history_so_far
    from astor.run.run import Run

    page = render_report(history_so_far(Run(store, load_recipe(recipe, parse_overrides(overrides)))))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page)
    typer.echo(output)


@app.command()
def schema(
    as_json: Annotated[bool, typer.Option("--json", help="JSON Schema, for editors, instead of Markdown.")] = False,
) -> None:
    """Print every key of a recipe with its type, range, default and meaning, those of other packages among them."""
    import json

    from astor.recipe.page import Page
    from astor.recipe.schema import recipe_schema

    typer.echo(json.dumps(recipe_schema(), indent=2) if as_json else Page(recipe_schema()).render())


def main() -> None:
    """Run the command line; a mistake of the user's is one sentence and exit code 2."""
    try:
        app()
    except Exception as error:  # What `explain` has no sentence for goes on.
        if (message := explain(error)) is None:
            raise
        typer.secho("error: ", fg="red", err=True, nl=False)
        typer.echo(message, err=True)
        sys.exit(2)
