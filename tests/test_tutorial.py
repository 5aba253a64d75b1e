"""The tutorial's task works as it stands there: as a package, in a recipe, against its own tests."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial-task.md"
BLOCK = re.compile(r"(?:`([\w.]+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)
FEWEST = ["rounds=1", "rounds_per_segment=1", "checkpoint_every=1"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the tutorial's files, and below `site` the package that they make."""
    directory = tmp_path_factory.mktemp("repair")
    for name, _, text in BLOCK.findall(TUTORIAL.read_text()):
        if name:
            (directory / name).write_text(text)
    build = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", "site"]
    subprocess.run([*build, "."], cwd=directory, check=True)
    return directory


def run(package: Path, *arguments: str) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MLFLOW_TRACKING_URI": ""}
    environment["PYTHONPATH"] = os.pathsep.join([str(package / "site"), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=package, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def command() -> list[str]:
    """What the tutorial says to run, after `astor`."""
    (shell,) = (text for _, language, text in BLOCK.findall(TUTORIAL.read_text()) if language == "sh")
    return shlex.split(shell.splitlines()[-1])[1:]


def test_its_class_has_about_twenty_lines() -> None:
    (code,) = (text for name, _, text in BLOCK.findall(TUTORIAL.read_text()) if name == "repair_task.py")
    body = re.sub(r'""".*?"""', "", code[code.index("class ") : code.index("def tasks")], flags=re.DOTALL)
    assert len([line for line in body.splitlines() if line.strip()]) <= 22


def test_its_own_tests_pass(package: Path) -> None:
    assert "1 passed" in run(package, "pytest", "-q", "-p", "no:cacheprovider", "test_repair.py")


def test_a_recipe_may_name_it(package: Path) -> None:
    assert "repair" in run(package, "astor.cli", *command(), "--dry-run")


@pytest.mark.slow
def test_it_runs(package: Path) -> None:
    settings = [part for setting in FEWEST for part in ("--set", setting)]
    found = run(package, "astor.cli", *command(), *settings, "--on", "process", "--store", "store")
    assert '"scores_after": {"repair":' in found
