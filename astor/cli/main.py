"""The table of contents of `astor`, and how mistakes are told."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from astor import __version__
from astor.cli.arguments import (
    Detach,
    Host,
    Image,
    Namespace,
    Overrides,
    Recipe,
    VersionName,
    refuse_cluster_options,
    with_image,
)
from astor.cli.complete import complete_recipe, complete_run, complete_run_or_recipe
from astor.cli.data import app as data_app
from astor.cli.deploy import deploy, deployments, undeploy
from astor.cli.endpoint import MLflow, ask, serve
from astor.cli.evaluation import evaluate
from astor.cli.export import export
from astor.cli.pipelines import compile_pipeline, resume, runs, stop
from astor.cli.registry import models, promote, rollback
from astor.cli.sandbox import app as sandbox_app
from astor.cli.store import DEFAULT, Store
from astor.errors import explain

app = typer.Typer(name="astor", pretty_exceptions_enable=False)
app.add_typer(data_app, name="data")
app.add_typer(sandbox_app, name="sandbox")

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
def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The recipe to write; never one that is there.")] = Path(
        "own.yaml"
    ),
    functions: Annotated[Path | None, typer.Option(metavar="FILE", help="JSONL of functions with calls.")] = None,
    repository: Annotated[Path | None, typer.Option(metavar="DIR", help="Clone whose commits are read.")] = None,
) -> None:
    """Write a recipe for your own data, whose comments say what to change."""
    from astor.cli.init import write_recipe

    write_recipe(file, functions, repository)


@app.command()
def run(
    recipe: Recipe,
    on: Annotated[
        Literal["local", "process", "cluster"],
        typer.Option(
            help="local: the pipeline on KFP's local runner. process: the same steps in this process. cluster: the "
            "pipeline on Kubernetes."
        ),
    ] = "local",
    overrides: Overrides = [],
    store: Store = DEFAULT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the resolved recipe and the plan.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of continuing.")] = False,
    mlflow_uri: Annotated[str, typer.Option(help="MLflow, as tracking.uri of the recipe.")] = "",
    image: Image = "",
    host: Host = "",
    namespace: Namespace = "",
    detach: Detach = False,
    version_name: VersionName = "",
) -> None:
    """Run a recipe, go on with it, or go on with more rounds; the last line is the result as JSON."""
    from astor.recipe.load import load_recipe, parse_overrides

    of_cluster = {"--host": host, "--namespace": namespace, "--detach": detach, "--version-name": version_name}
    refuse_cluster_options(on, of_cluster)
    tracking = {"tracking.uri": mlflow_uri} if mlflow_uri else {}
    resolved = load_recipe(recipe, with_image(parse_overrides(overrides) | tracking, image))
    if on == "cluster" and dry_run:
        from astor.cli.cluster_plan import print_cluster_plan

        print_cluster_plan(resolved, store)
    elif on == "cluster":
        from astor.cli.cluster import run_on_cluster

        run_on_cluster(resolved, store, fresh, host, namespace, detach, version_name)
    elif dry_run:
        from astor.cli.plan import print_plan

        print_plan(resolved, store, on)
    else:
        from astor.cli.run import run_recipe

        run_recipe(resolved, store, on, fresh)


app.command("compile")(compile_pipeline)


@app.command()
def compare(
    recipe: Recipe,
    methods: Annotated[str, typer.Option(metavar="A,B,…", help="Packaged methods, or YAML files of your own.")],
    seeds: Annotated[str, typer.Option(metavar="N", help="How many seeds, or which: 0,1,2.")] = "3",
    budget: Annotated[str, typer.Option(metavar="tokens=N|prompts=N", help="Of each run; default: the recipe's.")] = "",
    overrides: Overrides = [],
    store: Store = DEFAULT,
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


for commands in (resume, stop, runs), (evaluate, models, promote, rollback, export), (deploy, undeploy, deployments):
    for command in commands:
        app.command()(command)
app.command()(serve)
app.command()(ask)


@app.command()
def report(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="A run's name or directory, or its recipe.", autocompletion=complete_run_or_recipe
        ),
    ],
    other: Annotated[
        str | None,
        typer.Argument(metavar="OTHER", help="A run to show beside it.", autocompletion=complete_run_or_recipe),
    ] = None,
    overrides: Overrides = [],
    store: Store = DEFAULT,
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")] = Path("report.html"),
) -> None:
    """Draw the report of a run as far as it has come, or of two runs side by side."""
    from astor.cli.report import write_report

    write_report(run, other, overrides, store, output)


@app.command()
def doctor(
    recipe: Annotated[
        str, typer.Option(metavar="RECIPE", help="Tell its memory and disk too.", autocompletion=complete_recipe)
    ] = "",
    overrides: Overrides = [],
    store: Store = DEFAULT,
    prompt_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens of the longest prompts; default: as they were prepared.")
    ] = None,
    gpus: Annotated[int | None, typer.Option(min=1, help="GPUs that there will be; default: those here.")] = None,
    gpu_gb: Annotated[float | None, typer.Option(min=1, help="GB of memory of each; default: as here.")] = None,
    cluster: Annotated[bool, typer.Option("--cluster", help="Check the kubeconfig's cluster instead.")] = False,
    namespace: Annotated[str, typer.Option(help="Where KFP runs tasks on it.")] = "kubeflow",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Check this machine and a recipe's memory on it, or a cluster; exit code 2 where something is missing."""
    from astor.cli.doctor import examine, examine_cluster
    from astor.recipe.load import load_recipe, parse_overrides

    if cluster:
        asked = {"recipe": recipe, "set": overrides, "prompt-tokens": prompt_tokens, "gpus": gpus, "gpu-gb": gpu_gb}
        return examine_cluster(namespace, store, as_json, [f"--{name}" for name, value in asked.items() if value])
    resolved = load_recipe(recipe, parse_overrides(overrides)) if recipe else None
    return examine(resolved, store, prompt_tokens, gpus, gpu_gb, as_json)


@app.command()
def prune(
    store: Store = DEFAULT,
    whole: Annotated[
        list[str],
        typer.Option(
            "--runs", metavar="NAME", help="A run that goes as a whole; once for each.", autocompletion=complete_run
        ),
    ] = [],
    mlflow_uri: MLflow = "",
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> None:
    """Remove what finished runs can do without, and what nothing uses; what is registered stays."""
    from astor.cli.prune import prune_store

    prune_store(store, whole, mlflow_uri, yes)


@app.command()
def schema(
    as_json: Annotated[bool, typer.Option("--json", help="JSON Schema, for editors, instead of Markdown.")] = False,
    records: Annotated[
        Path | None, typer.Option(metavar="STORE", help="Instead every field of every record, as STORE has them.")
    ] = None,
) -> None:
    """Print every key of a recipe with its type, range, default and meaning, those of other packages among them."""
    import json

    from astor.recipe.page import Page
    from astor.recipe.schema import recipe_schema

    if records is not None:
        from astor.run.page import find_examples, render_page

        typer.echo(render_page(find_examples(records)))
        return
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
