"""What all runs of a comparison share is made once, before several begin side by side: data and first policies.

python -m astor.experiments.shared STORE RECIPE.yaml …
"""

import sys

from astor.recipe.load import load_recipe
from astor.run.failure import tell_failure
from astor.run.lifeline import hold_lifeline
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.prepare import prepare


def main() -> None:
    hold_lifeline()
    tell_failure()
    store, *recipes = sys.argv[1:]
    for recipe in recipes:
        with Run(store, load_recipe(recipe)) as run:
            initialise(run, prepare(run).prompts)


if __name__ == "__main__":
    main()
