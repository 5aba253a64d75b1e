"""How long a round takes on accelerators, by arithmetic."""

import pytest

from astor.policies.size import PolicySize
from astor.recipe.accelerated import Cards, accelerated, cards
from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe

SEVEN = PolicySize(7_615_616_512, 28, 3584, 18_944, 152_064, 1024, 32_768)


def recipe(**overrides: object) -> Recipe:
    return load_recipe("qwen2.5-coder-7b", overrides)


def test_a_segment_does_all_on_one_pool_and_steps_each_on_theirs() -> None:
    pools = {"cluster.pools.rollout.accelerators": 2, "cluster.pools.train.accelerators": 4}
    assert cards(recipe(**pools)) == Cards(4, 4)
    assert cards(recipe(granularity="step", **pools)) == Cards(2, 4)
    urls = {"rollout": {"type": "openai", "urls": ["http://a:1", "http://b:1", "http://c:1"]}}
    assert cards(recipe(**urls)) == Cards(3, 8)


def test_without_accelerators_nothing_is_reckoned() -> None:
    assert accelerated(recipe(**{"cluster.pools.train.accelerators": 0}), SEVEN) is None


def test_an_update_of_seven_billion_parameters_by_hand() -> None:
    # 1,024 answers of 336 tokens; 2 + 4 for forward and backward, 2 for what was dropped, 1 for the policy of before in
    # one of two mini-batches, 2 for the reference policy.
    operations = 1024 * 336 * 11 * SEVEN.parameters
    found = accelerated(recipe(), SEVEN)
    assert found is not None
    assert found.update == pytest.approx(operations / (8 * 0.4 * 989e12))


def test_more_accelerators_and_less_work_take_less_time() -> None:
    few, many = (accelerated(recipe(**{"cluster.pools.train.accelerators": count}), SEVEN) for count in (4, 8))
    adapter = accelerated(recipe(training={"type": "torch", "lora": {}}, **{"rollout.hand_over": "adapter"}), SEVEN)
    assert few is not None
    assert many is not None
    assert adapter is not None
    assert few.update == 2 * many.update
    assert many.rollout < few.rollout < 2 * many.rollout, "every accelerator reads all weights"
    assert adapter.update < many.update
