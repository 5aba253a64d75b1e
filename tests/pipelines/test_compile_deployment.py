"""The pipeline of a deployment is what a cluster can run, too.

Its golden file is written anew by `ASTOR_WRITE_GOLDEN=1 pytest tests/pipelines/test_compile_deployment.py`.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from astor.cli.compile import compile_deployment
from astor.errors import UserError

GOLDEN = Path(__file__).parent / "golden" / "deployment.yaml"
IMAGE = {"cluster.pools.core.image": "registry.example/astor:1"}


def compiled(tmp_path: Path, changed: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline, and what it asks of Kubernetes."""
    output = tmp_path / "deployment.yaml"
    compile_deployment(IMAGE | changed, output, "s3://bucket/prefix")
    specification, *rest = yaml.safe_load_all(output.read_text())
    return specification, rest[0]["platforms"]["kubernetes"]["deploymentSpec"]["executors"] if rest else {}


def test_the_deployment_compiles_to_the_golden_file(tmp_path: Path) -> None:
    specification, _ = compiled(tmp_path, {})
    specification["sdkVersion"] = "SDK_VERSION"
    text = yaml.safe_dump(specification, width=120)
    if os.environ.get("ASTOR_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text(), "the pipeline changed: see the head of this file"


def test_a_version_is_chosen_anew_and_deployed_by_every_run(tmp_path: Path) -> None:
    specification, kubernetes = compiled(
        tmp_path, {"cluster.secrets.store": "s3", "cluster.secrets.mlflow": "tracking"}
    )
    tasks = specification["root"]["dag"]["tasks"]
    assert {task["taskInfo"]["name"] for task in tasks.values()} == {"choose version", "deploy"}
    assert not any(task["cachingOptions"].get("enableCache") for task in tasks.values())
    for asked in kubernetes.values():
        assert {secret["secretName"] for secret in asked["secretAsEnv"]} == {"s3", "tracking"}
    assert "retry" not in yaml.safe_dump([specification, kubernetes]).lower()
    parameters = specification["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"model", "alias", "make_champion", "options", "store", "mlflow_uri"}
    assert all(value["isOptional"] for value in parameters.values()), "the file runs as it is"


@pytest.mark.parametrize(
    ("changed", "store", "told"),
    [
        ({"rounds": 1}, "", "--set rounds: the deployment has no recipe but a section cluster"),
        ({"cluster.pools.core.cores": 2}, "", "deployment: unknown key .cluster.pools.core.cores"),
        ({"cluster.pools.core.image": None}, "", "The tasks have no image"),
        ({}, "astor-store", "--store astor-store is a directory of this machine"),
    ],
)
def test_what_no_cluster_could_run_is_refused(tmp_path: Path, changed: dict[str, Any], store: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        compile_deployment(IMAGE | changed, tmp_path / "deployment.yaml", store)
