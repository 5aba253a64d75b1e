"""`astor doctor` as people run it."""

from pathlib import Path

from cli_command import Astor


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
