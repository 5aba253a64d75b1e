"""The core image: the real pipeline through KFP's DockerRunner, each task a container of it as its own user."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from astor.storage import committed
from tests.images.engine import build, docker
from tests.images.miniature import Miniature

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

STEPS = ("resolve_recipe", "prepare", "initialise", "plan", "segment", "finish")


def test_the_python_first_on_its_path_is_the_one_with_kfp() -> None:
    image = build("core")
    program = "import kfp, sys; print(sys.executable, kfp.__version__)"
    assert docker("run", "--rm", image, "python3", "-c", program) == "/opt/astor/bin/python3 2.17.0"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Miniature:
    miniature = Miniature(tmp_path_factory.mktemp("undisturbed"))
    miniature.compute()
    return miniature


def test_the_miniature_pipeline_runs_in_it(undisturbed: Miniature) -> None:
    assert undisturbed.is_finished


def kill(step: str, seconds: float) -> None:
    """Kill the container of a step so long after it began, unless it has ended."""
    deadline, image = time.monotonic() + 900, build("core")
    while time.monotonic() < deadline:
        for container in docker("ps", "--quiet", "--filter", f"ancestor={image}").split():
            words = json.loads(docker("inspect", "--format", "{{json .Args}}", container))
            if re.search(rf"--function_to_execute\W+{step}$", " ".join(words)):
                time.sleep(seconds)
                docker("kill", container)
                return
        time.sleep(0.05)
    raise TimeoutError(step)


def digests(miniature: Miniature) -> dict[str, str]:
    """Place and part of what the rounds and evaluations committed → digest."""
    places = miniature.run.places
    return {
        f"{place}/{name}": part.digest
        for place in places.committed_below()
        if place.startswith(("rounds/", "evaluations/"))
        for name, part in committed(places.at(place)).manifest.parts.items()
    }


def test_a_container_of_each_step_is_killed(undisturbed: Miniature, tmp_path: Path) -> None:
    random, miniature = Random(16), Miniature(tmp_path)
    for step in STEPS:
        with ThreadPoolExecutor(1) as other:
            killed = other.submit(kill, step, random.uniform(0, 1.5))
            with pytest.raises(RuntimeError):
                miniature.compute()
            killed.result()
        assert not miniature.is_finished or step == "finish", "the last segment commits the result before it"
    miniature.compute()
    assert miniature.is_finished
    assert digests(miniature) == digests(undisturbed) != {}
