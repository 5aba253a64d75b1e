"""The command `astor evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from astor.cli.endpoint import MLflow
from astor.cli.store import DEFAULT, Store


def evaluate(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A directory, a run (RUN@N: after N rounds), a registered NAME, NAME@ALIAS or NAME/3, or a hub's.",
        ),
    ],
    suites: Annotated[
        list[str], typer.Option("--suite", metavar="SUITE", help="A packaged suite or a YAML file; once for each.")
    ] = [],
    against: Annotated[
        str, typer.Option(metavar="MODEL", help="Another model that answers the same, to compare with.")
    ] = "",
    data: Annotated[
        list[str],
        typer.Option(metavar="PATH", help="A suite's data, as SUITE=PATH, or a directory that has those of all."),
    ] = [],
    samples: Annotated[int | None, typer.Option(min=1, help="Sampled answers to a prompt.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of all draws.")] = None,
    overrides: Annotated[
        list[str],
        typer.Option("--set", metavar="KEY=VALUE", help="A key of all suites, or of what computes them."),
    ] = [],
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="For page and results; default: in the store.")
    ] = None,
) -> None:
    """Measure a model on suites, or two on the same questions; what was stopped goes on."""
    from astor.cli.evaluate import evaluate_models
    from astor.recipe.load import parse_overrides

    given = {"samples": samples, "seed": seed}
    changes = parse_overrides(overrides) | {key: value for key, value in given.items() if value is not None}
    evaluate_models(model, against, suites, data, changes, store, mlflow_uri, output)
