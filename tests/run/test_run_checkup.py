"""What a machine has for a run."""

import sys
from pathlib import Path

import pytest

from astor.recipe.load import load_recipe
from astor.run import checkup
from astor.run.checkup import machine_checks
from astor.run.fitting import recipe_checks
from astor.run.forecast import Forecast
from astor.run.run import Run


def test_this_machine_has_what_a_run_needs(tmp_path: Path) -> None:
    checks = {check.name: check for check in machine_checks(str(tmp_path))}
    assert {"python", "packages", "packages [training]", "import name", "sandbox: seccomp", "disk"} <= checks.keys()
    assert [check for check in checks.values() if check.state == "missing"] == []
    assert all(check.advice for check in checks.values() if check.state != "fine")


def test_a_package_with_our_import_name_and_versions_that_do_not_fit_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("astor", "0.8.1"), ("pyyaml", "3.0")):
        metadata = tmp_path / f"{name}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    clash = checkup._import_name()
    assert clash.state == "missing"
    assert "astor 0.8.1" in clash.found
    assert "pip uninstall astor" in clash.advice
    package = next(checkup._packages())
    assert package.state == "missing"
    assert "pyyaml is 3.0" in package.found


@pytest.mark.parametrize(("gigabytes", "state"), [(80, "fine"), (4, "look"), (1, "missing")])
def test_a_policy_is_held_against_the_memory_of_gpus(gigabytes: int, state: str, tmp_path: Path) -> None:
    recipe = load_recipe(
        "miniature",
        {"policy": {"type": "package"}, "batch": {"prompts": 16, "rollouts": 8}, "rollout.tokens_per_batch": 4096},
    )
    forecast = Forecast(Run(str(tmp_path), recipe), None)
    checks = {check.name: check for check in recipe_checks(forecast, 100, [gigabytes * 10**9], None)}
    assert checks["update"].state == state
    assert bool(checks["update"].advice) == (state != "fine")
