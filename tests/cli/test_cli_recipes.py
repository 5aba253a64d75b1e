"""What the command shows and writes without running anything."""

import subprocess
from pathlib import Path

import yaml
from cli_command import Astor

from astor.recipe.load import load_recipe


def test_help_lists_the_commands_that_exist(astor: Astor) -> None:
    shown = astor("--help").stdout
    assert [name for name in ("run", "compile", "serve", "report", "sandbox") if f"│ {name} " not in shown] == []
    assert [name for name in ("compare", "deploy", "ask", "rollback") if f"│ {name} " in shown] == []


def test_every_command_explains_itself(astor: Astor) -> None:
    for command in ("run", "compile", "serve", "report", "sandbox check", "sandbox judge"):
        done = astor(*command.split(), "--help")
        assert done.returncode == 0
        assert "Usage:" in done.stdout


def test_a_dry_run_prints_a_recipe_that_runs_the_same(astor: Astor, tmp_path: Path) -> None:
    done = astor("run", "miniature", "--set", "seed=3", "--store", tmp_path / "store", "--dry-run")
    assert done.returncode == 0
    (tmp_path / "printed.yaml").write_text(done.stdout)
    recipe = load_recipe(str(tmp_path / "printed.yaml"))
    assert recipe == load_recipe("miniature", {"seed": 3})
    plan = done.stdout[done.stdout.index("# The plan") :]
    assert f"{tmp_path}/store/runs/miniature-{recipe.digest[:12]}" in plan
    assert "4, of 8 prompts with 4 rollouts each" in plan
    assert not (tmp_path / "store").exists()


def test_compile_writes_a_pipeline(astor: Astor, tmp_path: Path) -> None:
    done = astor("compile", "miniature", "--output", "new/pipeline.yaml", "--store", "s3://b/p", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 segments in a chain" in done.stdout
    specification = yaml.safe_load((tmp_path / "new" / "pipeline.yaml").read_text())
    assert specification["root"]["inputDefinitions"]["parameters"]["store"]["defaultValue"] == "s3://b/p"


def test_a_pipeline_that_cannot_be_is_not_written(astor: Astor, tmp_path: Path) -> None:
    rounds = ("--set", "granularity=step", "--set", "rounds=200")
    done: subprocess.CompletedProcess[str] = astor("compile", "miniature", "-o", "p.yaml", *rounds, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: 200 rounds as tasks of their own are more than one run holds (100)")
    assert not list(tmp_path.iterdir())
