"""What people get wrong of a cluster: one sentence and exit code 2, and nothing is uploaded or run."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import kfp_server_api as api
import pytest
from kfp_server import KfpServer

from astor.cli.main import main
from tests.kubernetes_answers import Cluster as Kubernetes
from tests.kubernetes_answers import write_config
from tests.overwriting_s3 import Overwriting, serving

RUN = ["run", "miniature", "--on", "cluster", "--detach", "--store", "s3://bucket/prefix", "--image", "r/astor:1"]
POOL = ["--set", "sandbox.type=pool", "--set", "sandbox.urls=[http://sandbox.astor-sandbox:8080]"]
POOL += ["--set", "cluster.secrets.sandbox=sandbox-token"]
GPUS = ["--set", "cluster.pools.train.accelerators=8"]
ID = "00000000-0000-4000-8000-000000000000"
Case = tuple[list[str], Callable[[KfpServer], object], str]


def expire(server: KfpServer) -> None:
    server.token = "a newer one"


def upload_another(server: KfpServer) -> None:
    """Have a version of the recipe's name that does something else."""
    name = "post-training-miniature"
    server.pipelines["p"] = api.V2beta1Pipeline(pipeline_id="p", name=name, display_name=name)
    server.versions["v"] = api.V2beta1PipelineVersion(
        pipeline_id="p", pipeline_version_id="v", display_name="miniature-0.1.0-2-segments", description="digest 1234"
    )


def add_to_another_team(server: KfpServer) -> None:
    server.teams = ("team-a", "team-b")
    server.experiments["e"] = api.V2beta1Experiment(experiment_id="e", display_name="astor", namespace="team-a")
    server.keep(api.V2beta1Run(display_name="miniature-1", experiment_id="e"))
    server.runs[ID] = next(iter(server.runs.values()))


def nothing(server: KfpServer) -> None:
    pass


CASES: dict[str, Case] = {
    "an unreachable KFP": (
        [*RUN, "--host", "http://127.0.0.1:9"],
        nothing,
        "KFP at http://127.0.0.1:9 cannot be reached",
    ),
    "an expired token": (RUN, expire, "takes no request without a token that is valid now (401)"),
    "a version of another digest": (
        RUN,
        upload_another,
        "a version miniature-0.1.0-2-segments of another digest, 1234",
    ),
    "a namespace without the sandbox": ([*RUN, *POOL], nothing, "There is no sandbox at http://sandbox.astor-sandbox"),
    "a bucket without conditional put": (
        RUN,
        nothing,
        "The store s3://bucket/prefix overwrites what may be written once",
    ),
    "a pool that no node satisfies": ([*RUN, *GPUS], nothing, "it asks for 8 nvidia.com/gpu, where cpu-1 has 0"),
    "a run of another namespace": (
        ["resume", ID, "--namespace", "team-b"],
        add_to_another_team,
        f"The run {ID} is in the namespace team-a, not team-b: give --namespace team-a.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_told_before_any_pod_starts(
    name: str, server: KfpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, prepare, sentence = CASES[name]
    node: dict[str, Any] = {"metadata": {"name": "cpu-1"}, "status": {"allocatable": {"cpu": "64", "memory": "64Gi"}}}
    kubernetes = Kubernetes({"/api/v1/namespaces/kubeflow": {"metadata": {}}, "/api/v1/nodes": {"items": [node]}})
    write_config(tmp_path / "config", kubernetes.server.server_port)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    host = [] if "--host" in arguments else ["--host", server.url]
    monkeypatch.setattr(sys, "argv", ["astor", *arguments, *host])
    prepare(server)
    before = len(server.runs), len(server.versions)
    with serving(Overwriting) if "bucket" in name else nullcontext(), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("error: ")
    assert sentence in told
    assert (len(server.runs), len(server.versions)) == before
    kubernetes.server.shutdown()
