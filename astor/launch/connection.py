"""KFP's API, whose errors are told in one sentence each.

A token comes from the file that KF_PIPELINES_SA_TOKEN_PATH names, or from the one that Kubernetes mounts into pods for
KFP; it is read again for each request, for it is renewed there.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import kfp_server_api as api
import urllib3

from astor.errors import UserError
from astor.masking import CREDENTIALS, masked
from astor.waiting import waiting

HOST, NAMESPACE, TOKEN = "KF_PIPELINES_ENDPOINT", "ASTOR_NAMESPACE", "KF_PIPELINES_SA_TOKEN_PATH"
PAGES = "KF_PIPELINES_UI_ENDPOINT"
"""KFP's own variable for where its pages are, where that is not the API's address."""
POD_TOKEN = "/var/run/secrets/kubeflow/pipelines/token"
"""Where KFP has pods find a token."""
TIMEOUT = (5, 60)
"""Seconds to connect, and to answer."""
AWAY = (500, 502, 503, 504)
PATIENCE = 180.0
"""Seconds for which a KFP is waited for that has answered before. Our choice: two minutes, and a restart."""
T = TypeVar("T")


class AwayError(UserError):
    """KFP cannot be reached now."""


class Kfp:
    """A connection to KFP, which has answered."""

    def __init__(self, host: str | None, namespace: str | None) -> None:
        """Both default to the environment's.

        Raises:
            UserError: nobody named the host, or with a password; nothing answers there or something else than KFP, it
                refuses the token, or it has a namespace per team and none is named.
        """
        self.host = _address(host or os.environ.get(HOST) or "", f"--host, {HOST} or cluster.host")
        self._pages = _address(os.environ.get(PAGES) or self.host, PAGES)
        settings = api.Configuration(host=self.host)
        settings.ssl_ca_cert = os.environ.get("SSL_CERT_FILE")
        settings.retries = False
        if token := os.environ.get(TOKEN) or (POD_TOKEN if Path(POD_TOKEN).is_file() else None):
            settings.api_key, settings.api_key_prefix = {"authorization": ""}, {"authorization": "Bearer"}
            settings.refresh_api_key_hook = lambda asking: asking.api_key.update(authorization=_read(token))
        self._client = client = api.ApiClient(settings)
        self.runs, self.experiments = api.RunServiceApi(client), api.ExperimentServiceApi(client)
        self.pipelines, self.uploads = api.PipelineServiceApi(client), api.PipelineUploadServiceApi(client)
        named = namespace or os.environ.get(NAMESPACE) or None
        self.namespace = named or "kubeflow"
        """Where pods are."""
        healthy = self.ask(api.HealthzServiceApi(client).healthz_service_get_healthz)
        if healthy.multi_user and not named:
            raise UserError(
                f"KFP at {self.host} has a namespace for each team: name yours by --namespace, {NAMESPACE} or "
                "cluster.namespace."
            )
        self.team = named if healthy.multi_user else None
        """The namespace as the API takes it: a KFP without teams refuses any."""

    def ask(self, request: Callable[..., T], *arguments: Any, missing: str = "", **named: Any) -> T:
        """What a request of one of the APIs gives.

        Args:
            missing: what to tell people where KFP knows nothing of what is asked for.

        Raises:
            UserError: KFP does not give it; AwayError where it may do so later.
        """
        try:
            answer = request(*arguments, **named, _request_timeout=TIMEOUT)
        except api.ApiException as error:
            raise self._refusal(error, missing) from error
        except urllib3.exceptions.HTTPError as error:
            raise AwayError(
                f"KFP at {self.host} cannot be reached ({_reason(error)}): check --host, {HOST} or cluster.host, and "
                "that a port-forward still runs."
            ) from error
        if "json" not in (self._client.last_response.getheader("Content-Type") or ""):
            raise self._stranger()
        return answer

    def ask_patiently(self, request: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """As `ask`, and waits for a KFP that is away."""
        patient = waiting(lambda error: isinstance(error, AwayError), PATIENCE)
        answer: T = patient(self.ask, request, *arguments, **named)
        return answer

    def page(self, kind: str, identity: str) -> str:
        """A page of KFP's: `runs` or `experiments`."""
        return f"{self._pages}/#/{kind}/details/{identity}"

    def _stranger(self) -> UserError:
        return UserError(
            f"What answers at {self.host} is not KFP's API, and may be a login page: check the address, and that "
            f"{TOKEN} names a file with a token."
        )

    def _refusal(self, error: api.ApiException, missing: str) -> UserError:
        if error.status == 404 and missing:
            return UserError(missing)
        if 300 <= error.status < 400:  # to where people log in
            return self._stranger()
        if error.status == 401:
            return UserError(
                f"KFP at {self.host} takes no request without a token that is valid now (401): put a fresh one into a "
                f"file, and name that in {TOKEN}."
            )
        if error.status == 403:
            return UserError(
                f"KFP at {self.host} refuses this token in the namespace {self.namespace} (403): name a namespace of "
                "yours by --namespace, or have its owner let you in."
            )
        told = f"KFP at {self.host} answered {error.status} ({_message(error.body) or error.reason})"
        return AwayError(f"{told}: try again.") if error.status in AWAY else UserError(f"{told}: mend that.")


def _address(named: str, place: str) -> str:
    """An address of KFP's, which links and messages repeat. UserError where it is none, or has a password."""
    if not named.startswith(("http://", "https://")) or CREDENTIALS.search(named):
        wrong = f"{masked(named)} is no address of KFP" if named else "No KFP is named"
        raise UserError(f"{wrong}: give its address, as http://localhost:8080, without a password, by {place}.")
    return named.rstrip("/")


def _read(token: str) -> str:
    try:
        return Path(token).read_text().strip()
    except OSError as error:
        raise UserError(f"The token of KFP cannot be read from {token} ({error.strerror}): check {TOKEN}.") from error


def _reason(error: BaseException) -> str:
    """What the innermost error says, without what holds it."""
    inner = getattr(error, "reason", None) or error
    while inner.args and isinstance(inner.args[-1], BaseException):
        inner = inner.args[-1]
    return str(inner).rpartition(": ")[2]


def _message(body: Any) -> str:
    try:
        told = json.loads(body)
    except (TypeError, ValueError):
        return ""
    return " ".join(str(told.get("message") or told.get("error") or "").split()) if isinstance(told, dict) else ""
