"""The core image: the real pipeline through KFP's DockerRunner, each task a container of it as its own user."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from kfp import local

from astor.pipelines.platform import CACHE, Platform
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.cluster import ClusterOptions
from astor.recipe.load import load_recipe
from astor.run.run import Run
from tests.images.engine import build, docker

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """What this process makes can be written by the image's user, too."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_the_python_first_on_its_path_is_the_one_with_kfp() -> None:
    image = build("core")
    program = "import kfp, sys; print(sys.executable, kfp.__version__)"
    assert docker("run", "--rm", image, "python3", "-c", program) == "/opt/astor/bin/python3 2.17.0"


@pytest.mark.usefixtures("open_to_all")
def test_the_miniature_pipeline_runs_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = ClusterOptions.model_validate({"pools": {"core": {"image": build("core")}}})
    root = tmp_path / "root"
    root.mkdir()
    for each in (root, tmp_path):
        each.chmod(0o777)
    store = str(root / "store")
    recipe = load_recipe("miniature", {"tracking.uri": f"sqlite:///{store}/mlflow.db"})
    runner = local.DockerRunner(
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": "rw,mode=1777", CACHE: "rw,mode=1777"},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )
    local.init(runner=runner, pipeline_root=str(root), raise_on_error=True)
    pipeline = post_training_pipeline("", recipe.segments, "segment", platform=Platform(cluster=cluster))
    pipeline(recipe=yaml.safe_dump(recipe.model_dump(mode="json")), overrides={}, store=store, mlflow_uri="")
    run = Run(store, recipe)
    assert run.artifacts.find(run.places.result) is not None
