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
from astor.pipelines.platform import Platform

GOLDEN = Path(__file__).parent / "golden" / "deployment.yaml"


def compiled(tmp_path: Path, platform: Platform) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline, and what it asks of Kubernetes."""
    output = tmp_path / "deployment.yaml"
    compile_deployment({}, output, "s3://bucket/prefix", platform)
    specification, *rest = yaml.safe_load_all(output.read_text())
    return specification, rest[0]["platforms"]["kubernetes"]["deploymentSpec"]["executors"] if rest else {}


def test_the_deployment_compiles_to_the_golden_file(tmp_path: Path) -> None:
    specification, _ = compiled(tmp_path, Platform())
    specification["sdkVersion"] = "SDK_VERSION"
    text = yaml.safe_dump(specification, width=120)
    if os.environ.get("ASTOR_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text(), "the pipeline changed: see the head of this file"


def test_a_version_is_chosen_anew_and_deployed_by_every_run(tmp_path: Path) -> None:
    specification, kubernetes = compiled(tmp_path, Platform(image="registry.example/astor:1", credentials="s3"))
    tasks = specification["root"]["dag"]["tasks"]
    assert {task["taskInfo"]["name"] for task in tasks.values()} == {"choose version", "deploy"}
    assert not any(task["cachingOptions"].get("enableCache") for task in tasks.values())
    assert all(asked["secretAsEnv"][0]["secretName"] == "s3" for asked in kubernetes.values())
    assert "retry" not in yaml.safe_dump([specification, kubernetes]).lower()
    parameters = specification["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"model", "alias", "make_champion", "options", "store", "mlflow_uri"}
    assert all(value["isOptional"] for value in parameters.values()), "the file runs as it is"


def test_keys_of_a_recipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--set rounds: the deployment has no recipe"):
        compile_deployment({"rounds": 1}, tmp_path / "deployment.yaml", "", Platform())
