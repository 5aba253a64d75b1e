"""`astor data collect` tells mistakes in one sentence and leaves nothing behind."""

from pathlib import Path

from cli_command import Astor


def test_a_recipe_without_the_task_is_refused(astor: Astor, tmp_path: Path) -> None:
    done = astor("data", "collect", "miniature", "--out", tmp_path / "out", "--store", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: The recipe miniature has no task multi_turn_code")
    assert not (tmp_path / "out").exists()
