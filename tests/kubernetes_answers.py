"""A server that answers the paths of the Kubernetes API, and a kubeconfig that leads to it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml


class Cluster:
    """A server on this machine: `answers` is what it has at a path, whatever the query behind that; an int among them
    is a status that it refuses with, and a tuple a status and what is said beside it."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = cluster.answers.get(self.path.partition("?")[0], 404)
                if self.headers.get("Authorization") != "Bearer the-token":
                    found = 401
                if isinstance(found, int):
                    found = found, {"kind": "Status"}
                status, said = found if isinstance(found, tuple) else (200, found)
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


def write_config(path: Path, port: int, token: str = "the-token") -> None:
    named = {"name": "test"}
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "test",
                "clusters": [named | {"cluster": {"server": f"http://127.0.0.1:{port}"}}],
                "users": [named | {"user": {"token": token}}],
                "contexts": [named | {"context": {"cluster": "test", "user": "test"}}],
            }
        )
    )
