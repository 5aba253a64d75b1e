"""`astor deploy`, `undeploy` and `deployments`, as people run them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from cli_command import Astor
from click.testing import Result
from typer.testing import CliRunner

from astor.cli.main import app
from astor.errors import UserError
from astor.records import GateDecision
from astor.registry.claims import Claims
from astor.registry.connection import connect
from astor.registry.models import register
from astor.storage import Attempt, PolicyRef
from tests.deploy.api_server import ApiServer, listening, write_kubeconfig

Command = Callable[..., Result]
PLACE = ("--set", "storage_uri=pvc://claim/models/1")


@pytest.fixture
def run(empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command where a policy is registered as coder/1, the champion."""
    database = tmp_path / "mlflow.db"
    database.write_bytes(empty_database.read_bytes())
    uri = f"sqlite:///{database}"
    with Attempt(str(tmp_path / "models" / "1")) as attempt:
        (attempt.part("policy", "Policy/1") / "config.json").write_text("{}")
        artifact = attempt.commit()
    digest = artifact.manifest.parts["policy"].digest
    decision = GateDecision(
        promoted=True, reason="", mean_difference=0, low=0, high=0, champion_digest="", challenger_digest=digest
    )
    client = connect(uri)
    run_id = client.create_run("0").info.run_id
    policy = PolicyRef(digest, digest, artifact.ref)
    register(uri, "coder", policy, run_id, decision, {}, Claims(str(tmp_path), "coder"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def api(tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    server = ApiServer()
    with listening(server) as address:
        monkeypatch.setenv("KUBECONFIG", str(write_kubeconfig(tmp_path / "kubeconfig", address)))
        yield server


def test_a_champion_is_deployed_listed_and_removed(run: Command, api: ApiServer) -> None:
    done = run("deploy", "--alias", "champion", *PLACE, "--set", "poll_seconds=0.01")
    assert done.exit_code == 0, done.exception
    assert done.stdout.startswith("coder/1 serves as coder in models: its endpoint tells the policy ")
    listed = json.loads(run("deployments", "--json").stdout)
    assert [(each["name"], each["version"], each["state"]) for each in listed] == [("coder", "coder/1", "serving")]
    table = run("deployments").stdout
    assert "coder/1" in table
    assert listed[0]["digest"][:12] in table
    assert run("undeploy", "coder").stdout.startswith("Gone: coder, astor-vllm-")
    assert run("deployments").stdout == "Nothing is deployed in models.\n"


def test_manifests_are_written_without_a_cluster(run: Command, tmp_path: Path) -> None:
    given = ("deploy", "coder/1", *PLACE, "--render", "--namespace", "models", "--hostname", "coder.example.com")
    shown = run(*given)
    assert shown.exit_code == 0, shown.exception
    manifests = list(yaml.safe_load_all(shown.stdout))
    assert [each["kind"] for each in manifests] == ["ServingRuntime", "InferenceService", "HTTPRoute"]
    written = run(*given, "--output", tmp_path / "manifests")
    files = [Path(line) for line in written.stdout.splitlines()]
    assert [yaml.safe_load(file.read_text()) for file in files] == manifests


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["deploy", "--alias", "canary"], "No version of coder has the alias canary"),
        (["deploy", "coder/7"], "coder has no version 7"),
        (["deploy", "coder/1"], "and KServe reads s3:// and pvc:// alone: run with --store s3://"),
        (["deploy", *PLACE], "There is no kubeconfig at ~/.nowhere, and this is no pod"),
        (["deploy", *PLACE, "--name", "My_Model"], "'My_Model' is no name for Kubernetes"),
        (
            ["deploy", *PLACE, "--runtime", "astor", "--gpus", "1", "--image", "a:1"],
            "astor serves on CPUs, and gpus is 1",
        ),
        (["deploy", *PLACE, "--set", "memroy=8Gi"], "unknown key 'memroy': did you mean 'memory'"),
        (["deploy", "--promote"], "No deployment is named whose canary is promoted"),
    ],
)
def test_what_cannot_be_deployed_is_one_sentence(
    run: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", "~/.nowhere")
    done = run(*arguments)
    assert isinstance(done.exception, UserError)
    assert told in str(done.exception)


def test_a_mistake_ends_with_code_2_and_no_traceback(astor: Astor, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("clusters: 3")
    done = astor("deployments", cwd=tmp_path, KUBECONFIG=str(tmp_path / "config"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: The kubeconfig ")
    assert "Traceback" not in done.stderr
