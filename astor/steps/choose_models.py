"""choose_models: which registered versions are evaluated, and on what, told before anything is computed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from astor.recipe.load import load_recipe
from astor.recipe.suite import Bench, Suite, held_out_suite, load_suites, with_data
from astor.registry.choose import NAME, choose
from astor.registry.weights import find_policy
from astor.run.suite import source_of
from astor.steps.evaluate_found import Found


class Questions(NamedTuple):
    """What models are asked, and what computes that."""

    suites: list[Suite]
    bench: Bench


def questions_of(names: Sequence[str], recipe: str, data: Mapping[str, str], overrides: Mapping[str, Any]) -> Questions:
    """The suites `names`, and the held-out prompts of `recipe` where one is named.

    Args:
        data: suite → path of its data, of those that are not at the path in the suite.
        overrides: dotted key → value, as `load_suites` has them.

    Raises:
        UserError: there is no such suite or recipe, nothing where its data shall lie, or nothing to evaluate on.
    """
    held_out = [held_out_suite(load_recipe(recipe))] if recipe else []
    suites, bench = load_suites(names, overrides, held_out)
    suites = with_data(suites, data)
    for suite in suites:
        source_of(suite)
    bench.rollout.check()
    return Questions(suites, bench)


def choose_models(mlflow_uri: str, store: str, names: Sequence[str]) -> list[Found]:
    """The registered versions that `names` mean now: NAME/3, NAME@ALIAS, or NAME for its champion; an empty one, the
    champion of the only model.

    Raises:
        UserError: there is no such version, or its weights are not there.
    """
    found = []
    for each in names:
        name, _, alias = each.partition("@")
        version = choose(mlflow_uri, name, alias or None, None, NAME)
        policy = find_policy(mlflow_uri, version, store)
        found.append(
            Found(f"{version.name}/{version.version}", policy, f"a registered policy of {policy.updates} rounds")
        )
    return found
