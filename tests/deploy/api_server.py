"""A server that speaks the part of the Kubernetes API that deployments use, with what KServe does behind it.

Custom objects have resource versions and generations as on a real server, and its refusals are Kubernetes' Status. What
KServe's controller says of a model is in the shapes that a cluster of Kubernetes 1.34 with KServe in Standard mode had:
Ready stays True while a new version fails, and the old pod serves on.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

GROUPS = {
    "serving.kserve.io/v1beta1": ["inferenceservices"],
    "serving.kserve.io/v1alpha1": ["servingruntimes"],
    "gateway.networking.k8s.io/v1": ["httproutes"],
}
KSERVE_MESSAGE = (
    'Traceback (most recent call last):\n  File "/storage-initializer/scripts/initializer-entrypoint", line 30\n'
    "RuntimeError: Failed to fetch model. No model found in s3://models/gone."
)


class ApiServer:
    """One namespace, `models`, and its InferenceServices."""

    def __init__(self) -> None:
        self.groups = {group: list(plurals) for group, plurals in GROUPS.items()}
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.refusals: dict[tuple[str, str], tuple[int, str]] = {}
        """Method and plural → status and message of what is refused."""
        self.requests: list[tuple[str, str]] = []
        self.gone: set[str] = set()
        """Storage URIs below which nothing lies."""
        self.never: set[str] = set()
        """Storage URIs that are never loaded, and of which nothing is said."""
        self.slow = 2
        """Looks at an InferenceService before what was asked for is loaded."""
        self.mute = False
        """Whether loaded models answer nothing."""
        self.follows_routes = True
        self.pods: dict[str, dict[str, Any]] = {}
        """InferenceService → the predictor that its pods have."""
        self._looks: dict[str, int] = {}
        self._version = 100

    def service(self, name: str) -> dict[str, Any]:
        """The InferenceService of a name."""
        return self.objects["inferenceservices", name]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON of a request."""
        self.requests.append((method, path))
        parts = path.strip("/").split("/")
        if parts[0] == "api" and "proxy" in parts:
            return self._proxied(parts[5].removesuffix(":80"), method, "/" + "/".join(parts[7:]), body)
        group = "/".join(parts[1:3])
        if len(parts) == 3:
            if group not in self.groups:
                return _status(404, "the server could not find the requested resource")
            return 200, {"resources": [{"name": plural} for plural in self.groups[group]]}
        namespace, plural, name = parts[4], parts[5], parts[6] if len(parts) > 6 else ""
        if (method, plural) in self.refusals:
            return _status(*self.refusals[method, plural])
        if method == "POST" and namespace != "models":
            return _status(404, f'namespaces "{namespace}" not found')
        name = name or (body["metadata"]["name"] if method == "POST" else "")
        here = self.objects.get((plural, name)) if namespace == "models" else None
        if method == "GET" and not name:
            found = [each for (kind, _), each in self.objects.items() if kind == plural and namespace == "models"]
            return 200, {"items": found}
        if method == "POST":
            return _status(409, f'{plural} "{name}" already exists') if here else (201, self._keep(plural, name, body))
        if here is None:
            return _status(404, f'{plural}.{parts[1]} "{name}" not found')
        if method == "PUT" and body["metadata"].get("resourceVersion") != here["metadata"]["resourceVersion"]:
            return _status(409, f'Operation cannot be fulfilled on {plural} "{name}": the object has been modified')
        if method == "PUT":
            return 200, self._keep(plural, name, body)
        if method == "DELETE":
            self.pods.pop(name, None)
            return 200, self.objects.pop((plural, name))
        if plural == "inferenceservices":
            self._control(name, here)
        return 200, here

    def _keep(self, plural: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        before = self.objects.get((plural, name))
        self._version += 1
        generation = before["metadata"]["generation"] if before else 0
        changed = before is None or before["spec"] != body["spec"]
        metadata = body["metadata"] | {
            "namespace": "models",
            "resourceVersion": str(self._version),
            "generation": generation + changed,
        }
        status = {"status": before["status"]} if before and "status" in before else {}
        kept = {key: value for key, value in body.items() if key != "status"} | {"metadata": metadata} | status
        self.objects[plural, name] = kept
        self._looks[name] = 0
        if plural == "httproutes" and self.follows_routes:
            followed = {"status": "True", "observedGeneration": metadata["generation"]}
            conditions = [{"type": kind, **followed} for kind in ("Accepted", "ResolvedRefs")]
            kept["status"] = {"parents": [{"conditions": conditions}]}
        return kept

    def _control(self, name: str, service: dict[str, Any]) -> None:
        """What KServe's controller does meanwhile."""
        predictor, generation = service["spec"]["predictor"], service["metadata"]["generation"]
        uri = predictor["model"].get("storageUri", "")
        self._looks[name] += 1
        active = "Loaded" if name in self.pods else "Pending"
        model: dict[str, Any] = {
            "transitionStatus": "InProgress",
            "states": {"activeModelState": active, "targetModelState": "Loading"},
        }
        if uri in self.gone and self._looks[name] >= self.slow:
            model = {
                "transitionStatus": "BlockedByFailedLoad",
                "states": {"activeModelState": active, "targetModelState": "FailedToLoad"},
                "lastFailureInfo": {"exitCode": 1, "reason": "ModelLoadFailed", "message": KSERVE_MESSAGE},
            }
        elif uri not in self.never and self._looks[name] >= self.slow:
            self.pods[name] = predictor
            states = {"activeModelState": "Loaded", "targetModelState": "Loaded"}
            model = {"transitionStatus": "UpToDate", "states": states, "copies": {"failedCopies": 0}}
        service["status"] = {
            "conditions": [{"type": "Ready", "status": "True" if name in self.pods else "False"}],
            "modelStatus": model,
            "observedGeneration": generation,
            "url": f"http://{name}-models.example.com",
        }

    def _proxied(self, service: str, method: str, path: str, body: Any) -> tuple[int, Any]:
        """What the pods of a predictor answer, as vLLM does."""
        predictor = self.pods.get(service.removesuffix("-predictor"))
        if predictor is None:
            return _status(503, f'no endpoints available for service "{service}"')
        arguments = predictor["model"]["args"]
        names = arguments[arguments.index("--served-model-name") + 1 :][:2]
        if path == "/v1/models":
            return 200, {"data": [{"id": name, "owned_by": "vllm"} for name in names]}
        if body["model"] not in names:
            return 404, {"error": {"message": f"The model `{body['model']}` does not exist."}}
        choices = [] if self.mute else [{"index": 0, "text": " a + b", "finish_reason": "stop"}]
        return 200, {"model": body["model"], "choices": choices, "usage": {"completion_tokens": 4}}


def _status(code: int, message: str) -> tuple[int, Any]:
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}


@contextmanager
def listening(server: ApiServer) -> Iterator[str]:
    """The address at which a server listens."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet, which no side waits for.
        wbufsize, disable_nagle_algorithm = -1, True

        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
            code, answer = server.answer(self.command, self.path, json.loads(data) if data else None)
            sent = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  # as http.server calls them

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def write_kubeconfig(path: Path, address: str, namespace: str = "models") -> Path:
    """A kubeconfig that leads to an address."""
    context = {"cluster": "test", "user": "tester", "namespace": namespace}
    path.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "test",
                "clusters": [{"name": "test", "cluster": {"server": address}}],
                "users": [{"name": "tester", "user": {"token": "secret"}}],
                "contexts": [{"name": "test", "context": context}],
            }
        )
    )
    return path
