"""The pipeline of a deployment on KFP's local runner: a version becomes champion and serves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from astor.records import GateDecision
from astor.registry.claims import CHAMPION, Claims
from astor.registry.connection import connect
from astor.registry.models import register
from astor.storage import Attempt, PolicyRef
from tests.deploy.api_server import ApiServer, listening, write_kubeconfig

PROGRAM = """
import json, sys
from kfp import local
from astor.pipelines.deployment import deployment_pipeline
from astor.pipelines.platform import Platform

local.init(local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[1], raise_on_error=True)
options = {"name": "coder", "storage_uri": "pvc://claim/models", "replicas": 2, "cpu": 2, "poll_seconds": 0.1}
run = deployment_pipeline(Platform())(
    model="coder/2", make_champion=True, options=options, store=sys.argv[2], mlflow_uri=sys.argv[3]
)
print(json.dumps(run.outputs["Output"]))
"""


@pytest.mark.slow
def test_a_version_becomes_champion_and_serves(empty_database: Path, tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    database.write_bytes(empty_database.read_bytes())
    uri, store = f"sqlite:///{database}", str(tmp_path / "store")
    client = connect(uri)
    for number in ("1", "2"):
        with Attempt(f"{store}/models/{number}") as attempt:
            (attempt.part("policy", "Policy/1") / "config.json").write_text(number)
            artifact = attempt.commit()
        digest = artifact.manifest.parts["policy"].digest
        decision = GateDecision(
            promoted=number == "1",
            reason="",
            mean_difference=0,
            low=0,
            high=0,
            champion_digest="",
            challenger_digest=digest,
        )
        run_id = client.create_run("0").info.run_id
        register(uri, "coder", PolicyRef(digest, digest, artifact.ref), run_id, decision, {}, Claims(store, "coder"))
    server = ApiServer()
    with listening(server) as address:
        kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", address)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "root"), store, uri],
            env=os.environ | {"KUBECONFIG": str(kubeconfig)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f'"{digest}"'
    assert str(client.get_registered_model("coder").aliases[CHAMPION]) == "2"
    assert server.service("coder")["metadata"]["annotations"]["astor-rl/version"] == "coder/2"
    assert server.pods["coder"]["model"]["resources"]["limits"]["cpu"] in ("2", "2.0")
    chosen, deployed = (next((tmp_path / "root").glob(f"*/{task}/card")) for task in ("choose-version", "deploy"))
    assert chosen.read_text() == "# coder/2\n\nIt became champion, in place of coder/1.\n"
    assert deployed.read_text() == (
        "# coder/2 serves\n\n- InferenceService: `coder` in `models`\n- Endpoint: http://coder-models.example.com\n"
        f"- Policy, as the endpoint tells it: `{digest[:12]}`\n"
    )
