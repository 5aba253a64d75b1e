"""`astor init` writes a recipe that loads as it is, whatever it is given, and never over a file."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from astor.cli.main import app
from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    path = tmp_path / 'my "own": functions.jsonl'
    lines = ({"entry": "f", "source": f"def f(a):\n    return a{' + 1' * n}"} for n in range(12))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "clone"
    identity = ("-c", "user.name=P", "-c", "user.email=p@example.org")
    subprocess.run(["git", "init", "--quiet", path], check=True)
    for name in ("a", "b"):
        (path / f"{name}.py").write_text("x = 1\n")
        subprocess.run(["git", "-C", path, "add", "."], check=True)
        message = ("commit", "--quiet", "--message", f"Add the file {name}")
        subprocess.run(["git", "-C", path, *identity, *message], check=True)
    return path


def init(file: Path, *arguments: str | Path) -> tuple[Result, Recipe]:
    done = CliRunner().invoke(app, ["init", str(file), *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done, load_recipe(str(file))


def test_without_data_it_is_the_packaged_one(tmp_path: Path) -> None:
    done, recipe = init(tmp_path / "new" / "own.yaml")
    assert recipe == load_recipe("own")
    assert f"astor run {tmp_path}/new/own.yaml --dry-run" in done.output


def test_paths_are_filled_in_and_every_task_stays(tmp_path: Path, functions: Path, repository: Path) -> None:
    done, recipe = init(tmp_path / "own.yaml", "--functions", functions, "--repository", repository)
    assert [source.path for source in recipe.data.sources] == [functions, repository]
    assert set(recipe.tasks) == set(load_recipe("own").tasks)
    assert "2 files that commits change leave too little for" in done.output


def test_what_the_other_kind_of_data_is_for_is_left_out(tmp_path: Path, functions: Path, repository: Path) -> None:
    _, of_functions = init(tmp_path / "f.yaml", "--functions", functions)
    assert set(of_functions.tasks) == {"io_prediction", "code_generation", "unit_tests"}
    _, of_commits = init(tmp_path / "c.yaml", "--repository", repository)
    assert set(of_commits.tasks) == {"commit_message"}
    assert [source.path for source in of_commits.data.sources] == [repository]


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("mine")
    with pytest.raises(UserError, match=r"own.yaml is there already: name another file, or remove it"):
        init(file)
    assert file.read_text() == "mine"
