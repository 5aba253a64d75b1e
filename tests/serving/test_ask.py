"""`astor ask` against a running endpoint, and the git hook of docs/serving.md in a real repository."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from astor.cli.ask import ask_task
from astor.errors import UserError

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text()
(HOOK,) = re.findall(r"```hook\n(.*?)```", PAGE, re.DOTALL)
SOURCE = "def f(x):\n    return x + 1"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("ASTOR_API_KEY", "open-sesame")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "f.py"
    path.write_text(SOURCE)
    return path


def answer(endpoint, task, **body):
    headers = {"Authorization": "Bearer open-sesame"}
    return httpx.post(f"{endpoint}/v1/tasks/{task}", json=body, headers=headers).json()["answer"]


@pytest.mark.parametrize("name", ["io_prediction", "io-prediction"])
def test_it_is_the_answer_to_a_file_and_further_fields(endpoint, source, name):
    expected = answer(endpoint, "io_prediction", source=SOURCE, value="5")
    assert ask_task(name, source, ["value=5"], endpoint) == expected


def test_it_reads_standard_input_and_fields_that_are_no_text(endpoint, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"last item\n")))
    expected = answer(endpoint, "code_generation", description="last item\n", tests=["assert f([1]) == 1"])
    assert ask_task("code_generation", None, ["tests=['assert f([1]) == 1']"], endpoint) == expected


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("unit_test", [], "There is no task unit_test at .*: did you mean 'unit_tests'"),
        ("unit-tests", ["nam=f"], "--set nam: unit_tests has no such field, did you mean 'name'"),
        ("unit-tests", ["name"], "--set 'name' has no value"),
        ("unit-tests", ["name=g"], "name is 'g', which source does not define"),
        ("unit-tests", ["n=x"], "n: Input should be a valid integer"),
    ],
)
def test_mistakes_are_a_sentence(endpoint, source, name, fields, message):
    with pytest.raises(UserError, match=message):
        ask_task(name, source, fields, endpoint)


def test_files_that_are_no_text_are_told(endpoint, tmp_path):
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name, message in {"empty": "is empty", "bytes": "is no text in UTF-8", "none": "can't be read"}.items():
        with pytest.raises(UserError, match=message):
            ask_task("unit_tests", tmp_path / name, [], endpoint)


def test_a_wrong_key_and_a_wrong_address_are_told(endpoint, source, monkeypatch):
    with pytest.raises(UserError, match=r"Nothing answers at http://127.0.0.1:1 .* start an endpoint with astor serve"):
        ask_task("unit_tests", source, [], "http://127.0.0.1:1")
    with pytest.raises(UserError, match="Nothing answers at localhost:8000"):
        ask_task("unit_tests", source, [], "localhost:8000")
    monkeypatch.delenv("ASTOR_API_KEY")
    with pytest.raises(UserError, match=r"The API key is missing or wrong. Set ASTOR_API_KEY."):
        ask_task("unit_tests", source, [], endpoint)


def test_the_hook_writes_the_message_and_lets_commits_go_on_without_an_endpoint(endpoint, tmp_path):
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "astor"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m astor.cli "$@"\n')
    command.chmod(0o755)
    person = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    quiet = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_EDITOR": "true"}
    environment = {**os.environ, **person, **quiet, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    repository = tmp_path / "repository"

    def git(*arguments, url=endpoint):
        command = ["git", "-C", str(repository), *arguments]
        variables = environment | {"ASTOR_URL": url}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)

    repository.mkdir()
    git("init", "-q")
    hook = repository / ".git" / "hooks" / "prepare-commit-msg"
    hook.write_text(HOOK)
    hook.chmod(0o755)
    (repository / "f.py").write_text("x = 1\n")
    git("add", ".")
    expected = answer(endpoint, "commit_message", diff=git("diff", "--cached").stdout)
    assert git("commit", "-q").returncode == 0
    assert git("log", "-1", "--format=%B").stdout.split() == expected.split()
    (repository / "f.py").write_text("x = 2\n")
    assert git("commit", "-qam", "Set x").returncode == 0
    assert git("log", "-1", "--format=%B").stdout.strip() == "Set x"
    git("reset", "-q", "--soft", "HEAD~1")
    without = git("commit", "-q", url="http://127.0.0.1:1")
    assert "Nothing answers at http://127.0.0.1:1" in without.stderr
    assert "empty commit message" in without.stderr
