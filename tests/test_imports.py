"""No step imports what it does not use: each import is paid again by every task of a pipeline."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "mlflow", "sklearn", "scipy", "pandas", "kfp", "matplotlib", "boto3")


def imported_by(module: str) -> set[str]:
    """The heavy packages that a fresh interpreter holds after it imported `module`."""
    program = f"import sys, {module}\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()
    )


@pytest.mark.parametrize("module", ["astor.cli.main", "astor.cli.run", "astor.recipe.load", "astor.run.run"])
def test_what_starts_a_run_imports_nothing_heavy(module: str) -> None:
    assert imported_by(module) == set()


@pytest.mark.parametrize("module", ["astor.loop", "astor.steps.promote", "astor.run.history", "astor.run.result"])
def test_a_step_imports_what_is_heavy_only_where_it_has_work_for_it(module: str) -> None:
    assert imported_by(module) == set()


def test_what_holds_weights_imports_neither_mlflow_nor_pictures_nor_kfp() -> None:
    assert imported_by("astor.run.policies") & {"torch", "mlflow", "matplotlib", "kfp"} == {"torch"}
