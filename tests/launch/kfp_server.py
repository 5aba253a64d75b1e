"""A server that answers as KFP's API v2beta1 does, by the models of `kfp-server-api`: what it is sent must be one of
them, and so is what it answers. Pods do not run; a test says what becomes of a run's tasks."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import kfp_server_api as api
import yaml

MODELS = api.ApiClient()
API = "/apis/v2beta1"


class KfpServer(ThreadingHTTPServer):
    """`with KfpServer() as server`: `server.url` is a KFP of one team, or of several where `teams` names them."""

    daemon_threads = True

    def __init__(self, teams: tuple[str, ...] = (), token: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.teams, self.token = teams, token
        self.away = 0
        """Requests that are still refused with 503."""
        self.experiments: dict[str, Any] = {}
        self.pipelines: dict[str, Any] = {}
        self.versions: dict[str, Any] = {}
        self.runs: dict[str, Any] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        super().__exit__(*error)

    def add_run(self, name: str, parameters: dict[str, Any]) -> str:
        """A run that somebody else created."""
        settings = api.V2beta1RuntimeConfig(parameters=parameters)
        return str(self.keep(api.V2beta1Run(display_name=name, runtime_config=settings)).run_id)

    def task(self, run_id: str, name: str, state: str, message: str = "") -> None:
        """Have a task of a run come to a state, with KFP's driver before it."""
        run = self.runs[run_id]
        details = run.run_details.task_details
        error = api.GoogleRpcStatus(code=13, message=message) if message else None
        details[:] = [one for one in details if one.display_name != name]
        details += [
            api.V2beta1PipelineTaskDetail(display_name=f"{name}-driver", state="SUCCEEDED", run_id=run_id),
            api.V2beta1PipelineTaskDetail(display_name=name, state=state, run_id=run_id, error=error),
        ]
        run.state = "RUNNING"

    def end(self, run_id: str, state: str) -> None:
        """Have a run end."""
        self.runs[run_id].state, self.runs[run_id].finished_at = state, datetime.now(UTC)

    # What the API does, one method for each request: (path's names, query, body) → model.

    def get_healthz(self, names: Any, query: Any, body: Any) -> Any:
        return api.V2beta1GetHealthzResponse(multi_user=bool(self.teams))

    def post_experiments(self, names: Any, query: Any, body: Any) -> Any:
        made = read(body, "V2beta1Experiment")
        self.check_namespace(made.namespace)
        made.experiment_id = str(uuid4())
        return self.experiments.setdefault(made.experiment_id, made)

    def get_experiments(self, names: Any, query: Any, body: Any) -> Any:
        self.check_namespace(query.get("namespace"))
        mine = [one for one in self.experiments.values() if one.namespace == query.get("namespace")]
        return api.V2beta1ListExperimentsResponse(experiments=called(mine, query))

    def get_experiment(self, names: Any, query: Any, body: Any) -> Any:
        return self.experiments.get(names[0])

    def post_pipelines(self, names: Any, query: Any, body: Any) -> Any:
        made = read(body, "V2beta1Pipeline")
        made.pipeline_id = str(uuid4())
        return self.pipelines.setdefault(made.pipeline_id, made)

    def get_pipelines(self, names: Any, query: Any, body: Any) -> Any:
        return api.V2beta1ListPipelinesResponse(pipelines=called(list(self.pipelines.values()), query))

    def get_versions(self, names: Any, query: Any, body: Any) -> Any:
        mine = [one for one in self.versions.values() if one.pipeline_id == names[0]]
        return api.V2beta1ListPipelineVersionsResponse(pipeline_versions=called(mine, query))

    def post_upload_version(self, names: Any, query: Any, body: bytes) -> Any:
        specification, platform = yaml.load_all(body, yaml.CSafeLoader)
        made = api.V2beta1PipelineVersion(
            pipeline_version_id=str(uuid4()),
            pipeline_id=query["pipelineid"],
            display_name=query["name"],
            description=query["description"],
            pipeline_spec={"pipeline_spec": specification, "platform_spec": platform},
        )
        return self.versions.setdefault(made.pipeline_version_id, made)

    def post_runs(self, names: Any, query: Any, body: Any) -> Any:
        made = read(body, "V2beta1Run")
        version = self.versions.get(made.pipeline_version_reference.pipeline_version_id)
        if version is None:
            return None
        known = version.pipeline_spec["pipeline_spec"]["root"]["inputDefinitions"]["parameters"]
        assert made.runtime_config.parameters.keys() <= known.keys()
        return self.keep(made)

    def keep(self, made: Any) -> Any:
        made.run_id, made.state = str(uuid4()), "PENDING"
        made.created_at = datetime.now(UTC) + timedelta(milliseconds=len(self.runs))
        made.finished_at = datetime(1970, 1, 1, tzinfo=UTC)
        made.run_details = api.V2beta1RunDetails(task_details=[])
        return self.runs.setdefault(made.run_id, made)

    def get_runs(self, names: Any, query: Any, body: Any) -> Any:
        mine = [one for one in self.runs.values() if query.get("experiment_id") in (None, one.experiment_id)]
        mine = sorted(mine, key=lambda one: one.created_at, reverse=query.get("sort_by") == "created_at desc")
        first = int(query.get("page_token") or 0)
        last = first + min(int(query.get("page_size", 20)), 2)  # A server may give less than it is asked for.
        return api.V2beta1ListRunsResponse(runs=mine[first:last], next_page_token=str(last) if mine[last:] else "")

    def get_run(self, names: Any, query: Any, body: Any) -> Any:
        return self.runs.get(names[0])

    def post_terminate(self, names: Any, query: Any, body: Any) -> Any:
        self.end(names[0], "CANCELED")
        return {}

    def check_namespace(self, namespace: str | None) -> None:
        if bool(namespace) != bool(self.teams):
            raise RefusedError(400, "namespace: only a KFP of several teams has one")
        if self.teams and namespace not in self.teams:
            raise RefusedError(403, f"not authorized with reason: User may not in {namespace}")


ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("GET", "/healthz", KfpServer.get_healthz),
    ("POST", "/experiments", KfpServer.post_experiments),
    ("GET", "/experiments", KfpServer.get_experiments),
    ("GET", "/experiments/([^/:]+)", KfpServer.get_experiment),
    ("POST", "/pipelines", KfpServer.post_pipelines),
    ("GET", "/pipelines", KfpServer.get_pipelines),
    ("GET", "/pipelines/([^/:]+)/versions", KfpServer.get_versions),
    ("POST", "/pipelines/upload_version", KfpServer.post_upload_version),
    ("POST", "/runs", KfpServer.post_runs),
    ("GET", "/runs", KfpServer.get_runs),
    ("GET", "/runs/([^/:]+)", KfpServer.get_run),
    ("POST", "/runs/([^/:]+):terminate", KfpServer.post_terminate),
]


class RefusedError(Exception):
    """A status other than 200, and why."""


class Handler(BaseHTTPRequestHandler):
    server: KfpServer

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body: Any = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if (kind := self.headers.get("Content-Type", "")).startswith("multipart/"):
            message = message_from_bytes(f"Content-Type: {kind}\n\n".encode() + body)
            body = message.get_payload()[0].get_payload(decode=True)
        try:
            status, told = 200, self.answered(body)
        except RefusedError as refused:
            status, told = refused.args[0], {"code": 7, "message": refused.args[1]}
        text = json.dumps(MODELS.sanitize_for_serialization(told)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def answered(self, body: Any) -> Any:
        if self.server.away:
            self.server.away -= 1
            raise RefusedError(503, "upstream connect error")
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            raise RefusedError(401, "token is expired")
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        for method, pattern, request in ROUTES:
            if method == self.command and (match := re.fullmatch(API + pattern, url.path)):
                if (found := request(self.server, match.groups(), query, body)) is None:
                    raise RefusedError(404, "ResourceNotFoundError")
                return found
        raise AssertionError(f"KFP has no {self.command} {url.path}")

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def read(body: bytes, model: str) -> Any:
    """The model that a request's body is, which has only fields of it."""

    class Body:
        data = body.decode()

    found = MODELS.deserialize(Body, model)
    known = set(found.attribute_map.values())
    assert set(json.loads(Body.data)) <= known, "a field that KFP does not know"
    return found


def called(entries: list[Any], query: dict[str, str]) -> list[Any]:
    """Those whose name is the one that the filter asks for."""
    if "filter" not in query:
        return entries
    (predicate,) = json.loads(query["filter"])["predicates"]
    assert predicate["operation"] == 1
    assert predicate["key"] == "display_name"
    return [one for one in entries if one.display_name == predicate["stringValue"]]
