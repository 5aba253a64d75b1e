"""What every Dockerfile keeps to, and that what it names is there."""

import json
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROLES = sorted(path.parent.name for path in (ROOT / "images").glob("*/Dockerfile"))
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
BAKE = (ROOT / "docker-bake.hcl").read_text()
VARIABLES = dict(re.findall(r'^variable "(\w+)" { default = "(.*)" }$', BAKE, re.MULTILINE))
TARGETS = dict(re.findall(r'^target "(\w+)" {\n(.*?)^}$', BAKE, re.MULTILINE | re.DOTALL))
COMPILERS = {"gcc", "g++", "build-essential", "ninja-build", "python3-dev", "python3-venv"}


class Dockerfile:
    """Its instructions, with continued lines joined."""

    def __init__(self, role: str) -> None:
        text = (ROOT / "images" / role / "Dockerfile").read_text()
        lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
        self.instructions = [line.split(" ", 1) for line in lines if line]
        starts = [place for place, (name, _) in enumerate(self.instructions) if name == "FROM"]
        self.stages = {
            self.instructions[start][1].partition(" AS ")[2]: self.instructions[start:end]
            for start, end in zip(starts, [*starts[1:], None], strict=True)
        }

    def all(self, name: str, stage: str | None = None) -> list[str]:
        """What follows each instruction of the name, of the whole file or of one stage; the last one has no name."""
        return [rest for each, rest in (self.stages[stage] if stage else self.instructions) if each == name]


EVERY_ROLE = pytest.mark.parametrize("role", ROLES)


def test_there_is_one_for_each_role() -> None:
    assert ROLES == ["core", "rollout", "sandbox", "serve", "train"]
    assert VARIABLES["VERSION"] == VERSION
    for named in (r'group "default" { targets = (\[.*\]) }', r"matrix = { role = (\[.*\]) }"):
        assert sorted(json.loads(re.search(named, BAKE)[1])) == ROLES


@EVERY_ROLE
def test_bake_gives_its_dockerfile_arguments_that_it_takes(role: str) -> None:
    target = TARGETS[role]
    assert f'dockerfile = "images/{role}/Dockerfile"' in target
    assert f'tags = ["${{REGISTRY}}astor-{role}:${{VERSION}}"]' in target
    given = dict(pair for each in (TARGETS["image"], target) for pair in re.findall(r"(\w+) = (\w+)[, ]", each))
    taken = {name.partition("=")[0] for name in Dockerfile(role).all("ARG")}
    assert {name for name in given if name.isupper()} == taken
    assert {value for value in given.values() if value.isupper()} <= set(VARIABLES)
    assert "sbom" in Dockerfile(role).stages


@EVERY_ROLE
def test_what_it_copies_is_there_and_in_the_context(role: str) -> None:
    taken = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = [shlex.split(line)[:-1] for line in Dockerfile(role).all("COPY") if not line.startswith("--from")]
    sources = {source for each in copied for source in each}
    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert {source for source in sources if source not in taken} == set()


@EVERY_ROLE
def test_it_runs_as_a_number_that_is_not_roots(role: str) -> None:
    assert Dockerfile(role).all("USER", "image")[-1] == "65534:65534"


@EVERY_ROLE
def test_its_base_is_an_argument_and_pinned(role: str) -> None:
    dockerfile = Dockerfile(role)
    (base,) = re.findall(r"^BASE=(.*)$", dockerfile.all("ARG")[0])
    assert base.partition(":")[2] not in ("", "latest")
    named = {line.partition(" ")[0] for line in dockerfile.all("FROM")}
    assert named <= {"${BASE}", "python", "image", "scratch"}
    assert dockerfile.instructions[-1] == ["FROM", "image"]


@EVERY_ROLE
def test_what_pip_installs_is_pinned(role: str) -> None:
    installs = [line for line in Dockerfile(role).all("RUN") if "pip install" in line]
    assert installs
    assert all("--constraint constraints.txt" in line and "--no-cache-dir" in line for line in installs)


@EVERY_ROLE
def test_no_compiler_stays_where_none_is_needed(role: str) -> None:
    dockerfile = Dockerfile(role)
    kept = [
        *dockerfile.all("RUN", "image"),
        *(dockerfile.all("RUN", "python") if "python" in dockerfile.stages else []),
    ]
    found = COMPILERS & {word for line in kept for word in line.split()}
    assert found == ({"gcc", "python3-dev"} if role == "rollout" else set())


@EVERY_ROLE
def test_it_says_what_it_is(role: str) -> None:
    labels = " ".join(Dockerfile(role).all("LABEL", "image"))
    for name in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{name}=" in labels
    assert f'title="astor-{role}"' in labels
    assert f"VERSION={VERSION}" in Dockerfile(role).all("ARG", "image")
    assert Dockerfile(role).all("COPY", "sbom")
    assert any(line.startswith("PATH=/opt/astor/bin:") for line in Dockerfile(role).all("ENV", "image")) or (
        role == "rollout"  # It has core's.
    )
