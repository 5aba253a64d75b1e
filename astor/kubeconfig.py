"""Where Kubernetes is, and who asks."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from astor.errors import UserError

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds who it is."""


class Credentials(NamedTuple):
    """What leads to a cluster."""

    settings: Any
    """The official client's configuration, by which nothing is asked twice."""
    namespace: str
    """Of the kubeconfig's context, or of the pod."""


def find_credentials(otherwise: str = "") -> Credentials:
    """Those of `KUBECONFIG`, of `~/.kube/config`, or of the pod that this runs in.

    Args:
        otherwise: what people can do without a cluster.

    Raises:
        UserError: neither is there, the kubeconfig is none, or the client is not installed.
    """
    try:
        from kubernetes import client, config
        from kubernetes.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION as PLACE
        from yaml import YAMLError
    except ImportError as error:
        raise UserError(
            f"The client of Kubernetes is missing ({error}): pip install 'astor-rl[kserve]' or 'astor-rl[pipelines]'."
        ) from error
    settings, named = client.Configuration(), os.environ.get("KUBECONFIG")
    settings.retries = False
    try:
        if named or Path(PLACE).expanduser().exists():
            config.load_kube_config(config_file=named, client_configuration=settings)
            context = config.list_kube_config_contexts(config_file=named)[1]["context"]
            return Credentials(settings, str(context.get("namespace") or "default"))
        if (ACCOUNT / "token").exists():
            config.load_incluster_config(client_configuration=settings)
            return Credentials(settings, (ACCOUNT / "namespace").read_text().strip())
    except (config.ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"The kubeconfig {named or PLACE} cannot be used ({reason}): set KUBECONFIG.") from error
    raise UserError(f"There is no kubeconfig at {PLACE}, and this is no pod: set KUBECONFIG{otherwise}.")
