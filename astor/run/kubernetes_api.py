"""The Kubernetes API as far as it is asked here: objects as plain data, read and never changed."""

import json
from typing import Any

from astor.errors import UserError
from astor.kubeconfig import find_credentials

TIMEOUT = (5, 20)
"""Seconds to connect, and to answer."""


class RefusedError(Exception):
    """These credentials may not see it."""


class KubernetesApi:
    """The cluster of the current context of the kubeconfig, or of the pod that this runs in."""

    def __init__(self) -> None:
        """UserError where nothing says which cluster, or the client is not installed."""
        settings = find_credentials().settings
        import kubernetes

        self.host: str = settings.host
        self._client = kubernetes.client.ApiClient(settings)
        self._error = kubernetes.client.ApiException

    def get(self, path: str, *, also: int = 200) -> Any:
        """What is at a path: an object, or text where it is no JSON; None where there is nothing. What comes with the
        status `also` is taken too.

        Raises:
            RefusedError: these credentials may not see it.
            UserError: the cluster does not answer, or not with what it was asked for.
        """
        import urllib3

        try:
            response, *_ = self._client.call_api(
                path,
                "GET",
                header_params={"Accept": "application/json"},
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=TIMEOUT,
            )
        except self._error as error:
            if error.status == 404:
                return None
            if error.status == also:
                return _read(error.body)
            if error.status == 403:
                raise RefusedError(path) from error
            if error.status == 401:
                raise UserError(
                    f"The cluster at {self.host} does not know these credentials (401): log in again."
                ) from error
            raise UserError(f"The cluster at {self.host} answers {error.status} for {path}.") from error
        except urllib3.exceptions.HTTPError as error:
            raise UserError(
                f"The cluster at {self.host} does not answer ({type(error).__name__}): "
                "check KUBECONFIG and the network."
            ) from error
        return _read(response.data)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
