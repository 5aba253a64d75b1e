"""The pipeline on KFP's own local runner: `python -m astor.pipelines.local RECIPE_FILE STORE WORKING_DIRECTORY`.

A process of its own, for the runner writes its tasks' logs to standard output.
"""

import sys
from pathlib import Path
from typing import Any

from kfp import local

from astor.components.task import begin
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.graph import Graph
from astor.recipe.load import load_recipe


def run_locally(recipe_file: Path, store: str, working_directory: Path, runner: Any = None) -> None:
    """Run the recipe's pipeline to its end.

    Args:
        runner: KFP's, of tasks; None: each is a subprocess of this interpreter's environment.

    Raises:
        RuntimeError: a task failed; its log went to standard output.
    """
    recipe = load_recipe(str(recipe_file))
    pipeline = post_training_pipeline("", Graph.of(recipe))
    runner = runner or local.SubprocessRunner(use_venv=False)
    local.init(runner=runner, pipeline_root=str(working_directory), raise_on_error=True)
    pipeline(recipe=recipe_file.read_text(), overrides={}, store=store, mlflow_uri="")


if __name__ == "__main__":
    begin()
    run_locally(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
