"""What the plan says that a cluster adds to a run is what the compiled graph has of pods, nodes and tasks in a row."""

from functools import cache
from typing import Any, NamedTuple

import pytest
import yaml

from astor.launch.compilation import LOADER, written
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.estimate import workload
from astor.recipe.graph import Graph
from astor.recipe.load import load_recipe
from astor.recipe.overhead import NODES, POD_SECONDS, PODS, Overhead, overhead

OVERLAP = {"staleness": 1, "training.loss.importance_cap": 2}


class Counted(NamedTuple):
    """Of a pipeline, or of one of its tasks."""

    tasks: int
    """Those of nested pipelines among them."""
    nested: int
    """Pipelines."""
    chain: int
    """Pods that run one after the other."""


def counted(compiled: dict[str, Any], task: dict[str, Any]) -> Counted:
    component = compiled["components"][task["componentRef"]["name"]]
    if "dag" not in component:
        return Counted(1, 0, PODS)
    tasks, nested, chain = counted_in(compiled, component["dag"]["tasks"])
    return Counted(tasks, nested + 1, chain + 1)


def counted_in(compiled: dict[str, Any], graph: dict[str, Any]) -> Counted:
    each = {name: counted(compiled, task) for name, task in graph.items()}

    @cache
    def until(name: str) -> int:
        return each[name].chain + max(map(until, graph[name].get("dependentTasks", ())), default=0)

    return Counted(
        sum(one.tasks for one in each.values()), sum(one.nested for one in each.values()), max(map(until, graph))
    )


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize(
    ("granularity", "overrides"),
    [("step", {}), ("step", {"checkpoint_every": 1, "evaluation.every": 1}), ("step", OVERLAP), ("segment", {})],
    ids=["steps", "evaluations between", "overlap", "segments"],
)
def test_the_plan_counts_what_is_drawn(granularity: Any, overrides: dict[str, Any], rounds: int) -> None:
    recipe = load_recipe("miniature", {"granularity": granularity, "rounds": rounds, **overrides})
    compiled = next(yaml.load_all(written(post_training_pipeline("", Graph.of(recipe))).text, LOADER))
    tasks, nested, chain = counted_in(compiled, compiled["root"]["dag"]["tasks"])
    assert workload(recipe).pipeline_tasks == tasks
    assert overhead(recipe, granularity) == Overhead(
        pods=PODS * tasks + nested + 1, seconds=POD_SECONDS * (chain + 1), nodes=NODES * tasks + nested + 1
    )
