"""What a cluster adds to a run, against what was measured on one."""

import pytest

from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.recipe.overhead import MOST_NODES, overhead, require_holdable


def test_a_round_as_tasks_idles_as_it_was_measured() -> None:
    two, three = (overhead(load_recipe("miniature", {"rounds": rounds}), "step") for rounds in (2, 3))
    assert three.seconds - two.seconds == 90, "four tasks of two pods, and the driver of a nested pipeline"
    assert three.nodes - two.nodes == 17
    assert three.pods - two.pods == 9


def test_with_staleness_1_an_update_idles_beside_the_next_rollout() -> None:
    overlap = {"staleness": 1, "training.loss.importance_cap": 2}
    one, two, three = (
        overhead(load_recipe("miniature", {"rounds": rounds, **overlap}), "step") for rounds in (1, 2, 3)
    )
    assert three.seconds - two.seconds == two.seconds - one.seconds == 70, "score, rollout, verify and the driver"
    apart = overhead(load_recipe("miniature", {"rounds": 3}), "step")
    assert apart.seconds - three.seconds == 2 * 20, "the last update has nothing beside it"
    assert (apart.pods, apart.nodes) == (three.pods, three.nodes)


def test_a_segment_costs_two_pods_however_many_rounds_it_has() -> None:
    few, many = (
        overhead(load_recipe("quickstart", {"rounds": 200, "rounds_per_segment": size}), "segment") for size in (50, 10)
    )
    assert many.pods - few.pods == 2 * (20 - 4)
    assert many.seconds - few.seconds == 20 * (20 - 4)
    assert few == overhead(load_recipe("quickstart", {"rounds": 40, "rounds_per_segment": 10}), "segment")


def test_evaluations_between_rounds_count_for_what_a_workflow_holds() -> None:
    few = load_recipe("miniature", {"granularity": "step", "rounds": 80, "checkpoint_every": 1})
    require_holdable(few)
    many = few.model_copy(update={"evaluation": few.evaluation.model_copy(update={"every": 1})})
    nodes = overhead(many, "step").nodes
    assert nodes > MOST_NODES
    with pytest.raises(UserError, match=rf"80 rounds by step are {nodes:,} Argo nodes, .*: set granularity: segment"):
        require_holdable(many)


def test_segments_that_no_workflow_holds_are_to_have_more_rounds() -> None:
    with pytest.raises(UserError, match=r"500 segments are 2,021 Argo nodes, .* \(1,700\): raise rounds_per_segment"):
        require_holdable(load_recipe("miniature", {"rounds": 1000, "rounds_per_segment": 2}))
