"""The commands for KFP: `astor compile`, `astor runs`, `astor resume`, `astor stop`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from astor.cli.arguments import (
    AsJson,
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
from astor.cli.store import DEFAULT, Store

Submitted = Annotated[str, typer.Argument(metavar="RUN", help="KFP's id of a run, or the name of the latest.")]


def compile_pipeline(
    recipe: Recipe,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The YAML file to write; with --all, a directory.")
    ],
    overrides: Overrides = [],
    store: Store = "",
    image: Image = "",
    every: Annotated[
        bool, typer.Option("--all", help="With it those of collection, evaluation and deployment, to upload once.")
    ] = False,
) -> None:
    """Write the recipe's pipeline as YAML for a KFP server; `deployment` for the one that promotes and deploys."""
    from astor.cli.compile import compile_all, compile_named
    from astor.recipe.load import parse_overrides

    (compile_all if every else compile_named)(recipe, with_image(parse_overrides(overrides), image), output, store)


def runs(
    store: Store = DEFAULT,
    on: Annotated[Literal["store", "cluster"], typer.Option(help="store: what lies there. cluster: in KFP.")] = "store",
    host: Host = "",
    namespace: Namespace = "",
    as_json: AsJson = False,
) -> None:
    """List the runs of a store: how far each is, what it came to, and how large it is; or those of a cluster."""
    if on == "cluster":
        from astor.cli.cluster import print_cluster_runs

        print_cluster_runs(host, namespace, as_json)
        return
    refuse_cluster_options(on, {"--host": host, "--namespace": namespace})
    from astor.cli.runs import print_runs

    print_runs(store, as_json)


def resume(
    run: Submitted,
    overrides: Overrides = [],
    image: Image = "",
    host: Host = "",
    namespace: Namespace = "",
    detach: Detach = False,
    version_name: VersionName = "",
) -> None:
    """Submit a cluster's run again, which goes on from its last commit, on as many rounds or more."""
    from astor.cli.cluster import resume_on_cluster
    from astor.recipe.load import parse_overrides

    changed = with_image(parse_overrides(overrides), image)
    resume_on_cluster(run, changed, host, namespace, detach, version_name)


def stop(run: Submitted, host: Host = "", namespace: Namespace = "") -> None:
    """End the pods of a cluster's run; what it committed stays."""
    from astor.cli.cluster import stop_on_cluster

    stop_on_cluster(run, host, namespace)
