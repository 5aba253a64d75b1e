"""A registered version into the cluster that this process may reach."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from astor.deploy.cluster import Cluster
from astor.deploy.deploy import deploy as apply
from astor.deploy.found import find
from astor.deploy.options import DeployOptions
from astor.deploy.roll_out import Deployed, Say
from astor.errors import UserError
from astor.explain import explain
from astor.registry.choose import ARGUMENT, choose


def deploy(mlflow_uri: str, model: str, alias: str, given: Mapping[str, Any], say: Say) -> Deployed:
    """Have a version serve; what serves now.

    Args:
        model: registered model, or NAME/VERSION; empty: the only one.
        alias: of the version, where none is named.
        given: keys of `DeployOptions`; `name` is the model's where it is left out.
        say: is told how far it is.

    Raises:
        UserError: an option is wrong, there is no such version, or it does not serve.
    """
    version = choose(mlflow_uri, model, alias, None, ARGUMENT)
    options = read_options({"name": version.name, **given})
    found = find(version, options.storage_uri)
    return apply(Cluster(options.namespace, options.request_seconds), found, options, say)


def read_options(given: Mapping[str, Any]) -> DeployOptions:
    """The options as people gave them; UserError where one is wrong."""
    try:
        return DeployOptions.model_validate(dict(given))
    except ValidationError as error:
        raise UserError(f"It cannot be deployed so: {explain(error, DeployOptions)}.") from error
