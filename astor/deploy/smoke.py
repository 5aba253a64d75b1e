"""Whether an endpoint answers, and which policy it has."""

from typing import Any

from astor.deploy.cluster import Cluster
from astor.deploy.kinds import PORT, predictor
from astor.deploy.options import DeployOptions
from astor.errors import UserError

MOST_TOKENS = 16
"""Of an answer to a probe: that there is one is what counts."""


class Endpoint:
    """The predictor of an InferenceService. It is asked through the API server, for it need not be reachable from here;
    only where Knative starts its pods it is asked at its URL, which is what starts them."""

    def __init__(self, cluster: Cluster, service: str, url: str = "") -> None:
        self._cluster, self._service, self._url = cluster, predictor(service), url.rstrip("/")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What it answers, as JSON. UserError where that is no success."""
        if not self._url:
            return self._cluster.ask(self._service, PORT, method, path, body)
        import urllib3

        try:
            answer = urllib3.request(method, f"{self._url}{path}", json=body, timeout=self._cluster.seconds)
            if answer.status != 200:
                raise UserError(
                    f"{self._url}{path} answers {answer.status}: {answer.data[:200].decode(errors='replace')}"
                )
            return answer.json()
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise UserError(f"{self._url}{path} does not answer ({error})") from error


def smoke_test(endpoint: Endpoint, options: DeployOptions, digest: str) -> None:
    """Ask an endpoint which policy it has, and have that policy answer every probe.

    `astor serve` tells the digest of the files that it read, with every answer. vLLM knows the policy by its digest as
    a name: a pod with another policy knows no model of that name.

    Raises:
        UserError: it has another policy, or does not answer.
    """
    cards = _list(endpoint.ask("GET", "/v1/models"), "data")
    told = [str(card.get("policy_digest") or card.get("id")) for card in cards]
    if digest not in told:
        names = ", ".join(name[:12] for name in told) or "nothing"
        raise UserError(f"the endpoint serves {names}, not {digest[:12]}")
    tells = any(card.get("policy_digest") for card in cards)
    for probe in options.probes:
        body = {
            "model": options.name if tells else digest,
            "prompt": probe,
            "max_tokens": MOST_TOKENS,
            "temperature": 0,
        }
        answer = endpoint.ask("POST", "/v1/completions", body)
        if tells and answer.get("system_fingerprint") != digest:
            raise UserError(f"a pod answers whose policy is {str(answer.get('system_fingerprint'))[:12]}")
        if not _list(answer, "choices") or not (answer.get("usage") or {}).get("completion_tokens"):
            raise UserError(f"the endpoint has no answer to the probe {probe[:40]!r}")


def _list(answer: Any, key: str) -> list[dict[str, Any]]:
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise UserError("the endpoint does not answer as OpenAI's API does")
    return found
