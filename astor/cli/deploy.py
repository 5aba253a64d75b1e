"""The commands of a cluster: `astor deploy`, `astor undeploy` and `astor deployments`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from astor.cli.endpoint import MLflow
from astor.cli.store import DEFAULT, Store, mlflow_of

if TYPE_CHECKING:
    from astor.deploy.roll_out import Deployed

Namespace = Annotated[str, typer.Option(help="Of Kubernetes; default: that of the kubeconfig, or of the pod.")]


def deploy(
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="Registered model, or NAME/VERSION; default: the only one.")
    ] = "",
    alias: Annotated[str, typer.Option(help="Alias of the version, where none is named.")] = "champion",
    name: Annotated[str | None, typer.Option(help="Of the InferenceService; default: the model's.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Of Kubernetes; default: the kubeconfig's.")] = None,
    runtime: Annotated[
        Literal["vllm", "astor"] | None, typer.Option(help="vllm: on GPUs. astor: on CPUs, with the task routes.")
    ] = None,
    image: Annotated[str | None, typer.Option(help="Of the server; default: vLLM's own.")] = None,
    gpus: Annotated[int | None, typer.Option(min=0, help="GPUs of each replica.")] = None,
    cpu: Annotated[str | None, typer.Option(help="Cores of each replica, as 2 or 500m.")] = None,
    memory: Annotated[str | None, typer.Option(help="Memory of each replica, as 8Gi.")] = None,
    replicas: Annotated[int | None, typer.Option(min=1, help="Pods that serve at once.")] = None,
    service_account: Annotated[str | None, typer.Option(help="Of the pods.")] = None,
    storage_secret: Annotated[str | None, typer.Option(help="Secret with the credentials of the storage.")] = None,
    canary: Annotated[
        int | None, typer.Option(min=1, max=99, metavar="PERCENT", help="Share of the traffic of a canary.")
    ] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Deploy in full what the canary NAME is.")] = False,
    hostname: Annotated[str | None, typer.Option(help="Host name whose traffic a canary shares.")] = None,
    scale_to_zero: Annotated[
        Literal["keda", "knative"] | None, typer.Option(help="What starts a stopped pod when requests come.")
    ] = None,
    more: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help="A further option; docs/deploy.md has all.")
    ] = [],
    render: Annotated[bool, typer.Option("--render", help="Write the manifests, and ask no cluster.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where --render writes; default: stdout.")
    ] = None,
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
) -> None:
    """Deploy a registered version on KServe, wait, and prove that it serves; where it fails the old one serves on."""
    from astor.recipe.load import parse_overrides

    named = {
        "name": name,
        "namespace": namespace,
        "runtime": runtime,
        "image": image,
        "gpus": gpus,
        "cpu": cpu,
        "memory": memory,
        "replicas": replicas,
        "service_account": service_account,
        "storage_secret": storage_secret,
        "canary": canary,
        "hostname": hostname,
        "scale_to_zero": scale_to_zero,
    }
    given = {**parse_overrides(more), **{key: value for key, value in named.items() if value is not None}}
    if promote:
        typer.echo(_promote(name or model, given).told)
    elif render:
        _render(mlflow_of(store, mlflow_uri), model, alias, given, output)
    else:
        from astor.steps import deploy as step

        typer.echo(step.deploy(mlflow_of(store, mlflow_uri), model, alias, given, _say).told)


def undeploy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the deployment.")],
    canary: Annotated[bool, typer.Option("--canary", help="End its canary alone.")] = False,
    namespace: Namespace = "",
) -> None:
    """Remove a deployment from its cluster, or its canary alone; whatever is registered stays."""
    from astor.deploy.cluster import Cluster
    from astor.deploy.undeploy import undeploy
    from astor.steps.deploy import read_options

    name = read_options({"name": name}).name
    gone = undeploy(Cluster(namespace), name, canary)
    typer.echo(f"Gone: {', '.join(gone)}.")


def deployments(
    namespace: Namespace = "",
    as_json: Annotated[bool, typer.Option("--json", help="A list, in the last line, instead of a table.")] = False,
) -> None:
    """List what is deployed: version, policy, state, URL and share of the traffic."""
    from astor.deploy.cluster import Cluster
    from astor.deploy.deployments import list_deployments

    cluster = Cluster(namespace)
    found = list_deployments(cluster)
    if as_json:
        typer.echo(json.dumps([each._asdict() for each in found]))
        return
    if not found:
        typer.echo(f"Nothing is deployed in {cluster.namespace}.")
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for column in ("name", "version", "policy", "state", "traffic", "URL"):
        table.add_column(column, overflow="fold")
    for each in found:
        traffic = "" if each.traffic is None else f"{each.traffic} % of {each.hostname}"
        state = each.state + (f"\n[dim]{escape(each.why)}[/]" if each.why else "")
        table.add_row(each.name, escape(each.version), each.digest[:12], state, traffic, each.url)
    Console(highlight=False).print(table)


def _promote(name: str, given: dict[str, Any]) -> "Deployed":
    from astor.deploy.cluster import Cluster
    from astor.deploy.deploy import promote
    from astor.errors import UserError
    from astor.steps.deploy import read_options

    if not name:
        raise UserError(
            "No deployment is named whose canary is promoted: give its name, as astor deploy coder --promote."
        )
    options = read_options({"name": name, **given})
    return promote(Cluster(options.namespace, options.request_seconds), options, _say)


def _render(mlflow_uri: str, model: str, alias: str, given: dict[str, Any], output: Path | None) -> None:
    import yaml

    from astor.deploy.found import find
    from astor.deploy.manifests import render
    from astor.registry.choose import ARGUMENT, choose
    from astor.steps.deploy import read_options
    from astor.storage import replacing

    version = choose(mlflow_uri, model, alias, None, ARGUMENT)
    options = read_options({"name": version.name, **given})
    manifests = render(options, find(version, options.storage_uri))
    if output is None:
        typer.echo(yaml.safe_dump_all(manifests, sort_keys=False), nl=False)
        return
    output.mkdir(parents=True, exist_ok=True)
    for each in manifests:
        file = output / f"{each['metadata']['name']}-{each['kind'].lower()}.yaml"
        with replacing(file) as draft:
            draft.write_text(yaml.safe_dump(each, sort_keys=False))
        typer.echo(file)


def _say(line: str) -> None:
    typer.echo(line, err=True)
