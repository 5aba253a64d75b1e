"""A cluster, through the official client; what it refuses is one sentence."""

import json
from typing import Any

from astor.deploy.kinds import KINDS, Kind, Manifest
from astor.errors import UserError
from astor.kubeconfig import find_credentials
from astor.masking import masked
from astor.waiting import waiting

PATIENCE = 30.0
"""Seconds for which an API server that is away is waited for by who looks at it again and again. Our choice."""
AWAY = (429, 500, 502, 503, 504)


class AwayError(UserError):
    """The API server did not answer; it may later."""


class Cluster:
    """The objects of one namespace, by the rights of whoever runs this."""

    def __init__(self, namespace: str = "", request_seconds: float = 30.0) -> None:
        """The cluster of `KUBECONFIG`, of `~/.kube/config`, or that this pod runs in.

        Args:
            namespace: empty: that of the kubeconfig's context, or of the pod.
            request_seconds: after which a call counts as unanswered.

        Raises:
            UserError: neither is there, or the client is not installed.
        """
        found = find_credentials("; `astor deploy --render` writes manifests without a cluster")
        from kubernetes import client

        self.namespace = namespace or found.namespace
        self.host = str(found.settings.host)
        self._api = client.ApiClient(found.settings)
        self.seconds = request_seconds

    def offers(self, kind: Kind) -> bool:
        """Whether the cluster has a kind of objects: its CRD is installed."""
        path = f"/apis/{kind.api_version}"
        found = self._call(path, "GET", absent=True)
        return found is not None and any(one["name"] == kind.plural for one in found["resources"])

    def require(self, kind: Kind, way: str) -> None:
        """UserError with the way out where the cluster does not have a kind of objects."""
        if not self.offers(kind):
            raise UserError(f"The cluster at {self.host} has no {kind.plural}.{kind.group} ({kind.version}): {way}.")

    def find(self, kind: Kind, name: str) -> Manifest | None:
        """An object; None where there is none."""
        return self._call(self._path(kind, name), "GET", absent=True)

    def list(self, kind: Kind) -> list[Manifest]:
        """All objects of a kind."""
        found = self._call(self._path(kind), "GET") or {}
        return list(found.get("items", []))

    def create(self, manifest: Manifest) -> Manifest:
        """Make an object, as the API server then has it. UserError where there is one of that name."""
        made = self._call(self._path(KINDS[manifest["kind"]]), "POST", manifest)
        assert made is not None, "it was answered"
        return made

    def replace(self, manifest: Manifest) -> Manifest:
        """Write an object anew that was read before. UserError where it was changed since."""
        kind, name = KINDS[manifest["kind"]], manifest["metadata"]["name"]
        made = self._call(self._path(kind, name), "PUT", manifest)
        assert made is not None, "it was answered"
        return made

    def delete(self, kind: Kind, name: str) -> bool:
        """Remove an object; whether there was one."""
        return self._call(self._path(kind, name), "DELETE", absent=True) is not None

    def ask(self, service: str, port: int, method: str, path: str, body: object = None) -> Any:
        """What a service of the namespace answers, as JSON, through the API server.

        Raises:
            UserError: it answers otherwise than with 2xx.
        """
        place = f"/api/v1/namespaces/{self.namespace}/services/{service}:{port}/proxy{path}"
        return self._call(place, method, body)

    def patiently(self, kind: Kind, name: str) -> Manifest | None:
        """As `find`, again while the API server is away."""
        return waiting(lambda error: isinstance(error, AwayError), PATIENCE)(self.find, kind, name)

    def _path(self, kind: Kind, name: str = "") -> str:
        place = f"/apis/{kind.api_version}/namespaces/{self.namespace}/{kind.plural}"
        return f"{place}/{name}" if name else place

    def _call(self, path: str, method: str, body: object = None, absent: bool = False) -> Manifest | None:
        """What the API server answers; None of what is not there, where that is `absent`.

        Raises:
            AwayError: it does not answer, or cannot now.
            UserError: it refuses.
        """
        from kubernetes.client import ApiException
        from urllib3.exceptions import HTTPError

        where, what = f"Kubernetes at {masked(self.host)}", f"{method} {path}"
        try:
            answer: Manifest = self._api.call_api(
                path,
                method,
                header_params={"Accept": "application/json", "Content-Type": "application/json"},
                body=body,
                response_type="object",
                auth_settings=["BearerToken"],
                _return_http_data_only=True,
                _request_timeout=self.seconds,
            )
            return answer
        except HTTPError as error:
            raise AwayError(
                f"{where} does not answer ({masked(str(error))}): check the kubeconfig, and that the cluster runs."
            ) from error
        except ApiException as error:
            if error.status == 404 and absent:
                return None
            said = _message(error)
            if error.status in AWAY:
                raise AwayError(f"{where} cannot answer {what} ({error.status}, {said}): try again.") from error
            raise UserError(_sentence(where, what, int(error.status), said)) from error


def _sentence(where: str, what: str, status: int, said: str) -> str:
    """What went wrong, and the way out."""
    if status == 401:
        return f"{where} does not know who asks ({said}): log in, or name another kubeconfig."
    if status == 403:
        return f"{where} refuses: {said.rstrip('.')}; have it allowed by a role, docs/deploy.md lists what is needed."
    if status == 409:
        return f"{where} refuses: {said.rstrip('.')}; somebody else deploys the same, look at it and run again."
    if status == 404 and said.startswith("namespaces "):
        return f"{where} says: {said.rstrip('.')}; create it, or give another --namespace."
    return f"{where} refuses {what} ({status}): {said.rstrip('.')}."


def _message(error: Any) -> str:
    """What a Status of Kubernetes says, or the beginning of what came instead."""
    try:
        return str(json.loads(error.body)["message"])
    except (TypeError, ValueError, KeyError):
        return " ".join(str(error.body or error.reason).split())[:300]
