"""Arguments and options that several commands have."""

from collections.abc import Mapping
from typing import Annotated

import typer

from astor.cli.complete import complete_recipe
from astor.errors import UserError

Recipe = Annotated[
    str,
    typer.Argument(
        metavar="RECIPE", help="A recipe file, or the name of a packaged recipe.", autocompletion=complete_recipe
    ),
]
Overrides = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the recipe.")]
Image = Annotated[str, typer.Option(metavar="NAME", help="Image of tasks, as cluster.pools.core.image.")]
Host = Annotated[str, typer.Option(metavar="URL", help="KFP's API; default: KF_PIPELINES_ENDPOINT, or the recipe's.")]
Namespace = Annotated[
    str, typer.Option(metavar="NAME", help="Of a cluster's tasks; default: ASTOR_NAMESPACE, or the recipe's.")
]
Detach = Annotated[bool, typer.Option("--detach", help="Submit to a cluster, and do not wait for its end.")]
VersionName = Annotated[
    str, typer.Option("--version-name", metavar="NAME", help="Of the pipeline's version; default: after the recipe.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, in the last line, instead of a table.")]


def with_image(overrides: dict[str, object], image: str) -> dict[str, object]:
    """Overrides of a recipe, and the image of its tasks where one is given."""
    return overrides | ({"cluster.pools.core.image": image} if image else {})


def refuse_cluster_options(on: str, options: Mapping[str, object]) -> None:
    """UserError where one of the `options` of a cluster, name → value, is given to what is not `on` one."""
    given = [name for name, value in options.items() if value]
    if given and on != "cluster":
        are, them = ("are", "them") if len(given) > 1 else ("is", "it")
        raise UserError(
            f"{' and '.join(given)} {are} for a cluster, and --on {on} is none: give --on cluster, or leave {them} out."
        )
