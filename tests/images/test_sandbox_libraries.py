"""The image of the pool's server: what it is built from, and the libraries that it declares."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "images" / "sandbox" / "Dockerfile").read_text()


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def test_its_entry_point_is_a_command_that_there_is() -> None:
    (entry,) = instructions("ENTRYPOINT")
    _, _, program, *arguments = json.loads(entry)
    assert program == "astor"
    command = [sys.executable, "-m", "astor.cli", *arguments, "--openapi"]
    assert json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["openapi"]


@pytest.mark.parametrize(("libraries", "outcome"), [("", "failed"), ("numpy", "passed")])
def test_the_libraries_that_it_lists_may_be_imported(libraries: str, outcome: str, tmp_path: Path) -> None:
    (variable,) = re.findall(r'^ENV (\w+)="\$LIBRARIES"$', DOCKERFILE, re.MULTILINE)
    program, tests = tmp_path / "program.py", tmp_path / "tests.json"
    program.write_text("def f(n):\n    import numpy\n    return int(numpy.arange(n).sum())\n")
    tests.write_text(json.dumps([{"args": [4], "expected": 6}]))
    command = [sys.executable, "-m", "astor.cli", "sandbox", "judge", "--entry", "f"]
    command += ["--program", str(program), "--tests", str(tests)]
    done = subprocess.run(command, env=os.environ | {variable: libraries}, capture_output=True, check=True)
    assert json.loads(done.stdout)["outcome"] == outcome
