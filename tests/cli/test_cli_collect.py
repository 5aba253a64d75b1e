"""`astor data collect` tells mistakes in one sentence and leaves nothing behind."""

import shlex
from pathlib import Path

from cli_command import Astor

from astor.cli.collect import training_command
from astor.recipe.load import load_recipe, parse_overrides
from astor.steps.collect import Collected


def test_a_recipe_without_the_task_is_refused(astor: Astor, tmp_path: Path) -> None:
    done = astor("data", "collect", "miniature", "--out", tmp_path / "out", "--store", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "error: The recipe miniature has no task over turns: add multi_turn_code"
    )
    assert not (tmp_path / "out").exists()


def test_the_command_that_is_told_trains_with_the_same_recipe_on_what_was_collected(tmp_path: Path) -> None:
    overrides = ["tasks.multi_turn_code.max_tokens=30", "data.prompts.train=9", "policy.hidden_size=48", "rounds=2"]
    directory, store = str(tmp_path / "it's {mine}, all"), tmp_path / "my store"
    collected = Collected(3, 48, {"train": 7, "held_out": 2, "promotion": 2}, 999, tmp_path / "a policy")
    command = training_command("cobalt", overrides, str(store), directory, collected)
    astor, run, name, *arguments = shlex.split(command)
    assert (astor, run, name, arguments[-2:]) == ("astor", "run", "cobalt", ["--store", str(store)])
    assert set(arguments[:-2:2]) == {"--set"}
    recipe = load_recipe(name, parse_overrides(arguments[1:-2:2]))
    assert recipe.data.sources[0].path == directory
    assert recipe.policy.path == str(collected.policy)
    prompts = recipe.data.prompts
    assert (prompts.train, prompts.held_out, prompts.promotion, prompts.demonstrations) == (7, 2, 2, {})
    assert (recipe.tasks["multi_turn_code"].max_tokens, recipe.rounds) == (30, 2)
