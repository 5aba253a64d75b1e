"""`astor doctor` as people run it."""

from pathlib import Path

import pytest
from cli_command import Astor
from typer.testing import CliRunner

from astor.cli.main import app
from astor.errors import UserError


def test_what_does_not_fit_is_told_with_what_to_change(astor: Astor, tmp_path: Path) -> None:
    large = ["--set", "policy={type: package}", "--set", "batch.prompts=64"]
    done = astor("doctor", "--recipe", "miniature", *large, "--gpus", "1", "--gpu-gb", "1", cwd=tmp_path)
    assert done.returncode == 2
    lines = {line[8:34].strip(): line for line in done.stdout.splitlines()}
    assert lines["update"].startswith("missing")
    assert "→ set training." in lines["update"]
    assert lines["sandbox: seccomp"].startswith("ok")
    assert "A run would not come to its end for want of: " in done.stderr
    assert "update" in done.stderr
    assert not (tmp_path / "astor-store").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--recipe", "miniature"], "--recipe"),
        (["--gpus", "8", "--gpu-gb", "80"], "--gpus and --gpu-gb"),
        (
            ["--recipe", "miniature", "--set", "rounds=3", "--prompt-tokens", "9"],
            "--recipe and --set and --prompt-tokens",
        ),
    ],
)
def test_what_a_cluster_is_not_asked_about_is_refused(given: list[str], told: str) -> None:
    refusal = CliRunner().invoke(app, ["doctor", "--cluster", *given]).exception
    assert isinstance(refusal, UserError), "one sentence, and exit code 2"
    assert f"astor doctor --cluster looks at no recipe and no machine: leave out {told}" in str(refusal)
