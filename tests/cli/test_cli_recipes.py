"""What the command shows and writes without running anything."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import yaml
from cli_command import Astor
from typer.main import get_command
from typer.testing import CliRunner

from astor import __version__
from astor.cli.main import app
from astor.recipe.load import load_recipe


def test_help_lists_the_commands_that_exist(astor: Astor) -> None:
    shown = astor("--help").stdout
    named = "init run compile resume stop compare evaluate models promote rollback export deploy undeploy deployments"
    named += " serve ask runs report doctor prune schema data sandbox"
    assert [name for name in named.split() if f"│ {name} " not in shown] == []


def commands(group: click.Group, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)


def test_every_command_explains_itself_with_every_option_whole_at_80_columns(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    for names, command in commands(get_command(app)):
        shown = CliRunner().invoke(app, [*names, "--help"], terminal_width=80).output
        assert "Usage:" in shown
        options = [max(each.opts, key=len) for each in command.params if isinstance(each, click.Option)]
        assert [option for option in options if option not in shown] == [], names


def test_the_version_is_told(astor: Astor) -> None:
    assert astor("--version").stdout == f"astor {__version__}\n"


def test_no_command_at_all_is_answered_with_the_table_of_contents(astor: Astor) -> None:
    assert "│ run " in astor().stdout


def test_a_dry_run_prints_a_recipe_that_runs_the_same(astor: Astor, tmp_path: Path) -> None:
    done = astor("run", "miniature", "--set", "seed=3", "--store", tmp_path / "store", "--dry-run")
    assert done.returncode == 0
    (tmp_path / "printed.yaml").write_text(done.stdout)
    recipe = load_recipe(str(tmp_path / "printed.yaml"))
    assert recipe == load_recipe("miniature", {"seed": 3})
    plan = done.stdout[done.stdout.index("# The plan") :]
    assert f"{tmp_path}/store/runs/miniature-{recipe.identity[:12]}" in plan
    assert "4, of 8 prompts with 4 rollouts each" in plan
    assert not (tmp_path / "store").exists()


def test_compile_writes_a_pipeline(astor: Astor, tmp_path: Path) -> None:
    done = astor(
        "compile", "miniature", "-o", "new/pipeline.yaml", "--store", "s3://b/p", "--image", "r/a:1", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "2 segments in a chain" in done.stdout
    specification, _ = yaml.safe_load_all((tmp_path / "new" / "pipeline.yaml").read_text())
    assert specification["root"]["inputDefinitions"]["parameters"]["store"]["defaultValue"] == "s3://b/p"


def test_a_pipeline_that_cannot_be_is_not_written(astor: Astor, tmp_path: Path) -> None:
    rounds = ("--set", "granularity=step", "--set", "rounds=200")
    done: subprocess.CompletedProcess[str] = astor("compile", "miniature", "-o", "p.yaml", *rounds, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: 200 rounds by step are 3,481 Argo nodes, more than one workflow holds (1,700)"
    )
    assert not list(tmp_path.iterdir())
