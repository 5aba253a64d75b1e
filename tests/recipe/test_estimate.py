"""What a recipe's work and memory come to."""

from astor.policies.size import PolicySize
from astor.recipe.estimate import workload
from astor.recipe.load import load_recipe
from astor.recipe.memory import LIBRARIES, RANK, certain_memory, memory

LARGE = PolicySize(134_515_008, 30, 576, 1536, 49_152, 384, 8192)


def test_the_work_is_what_the_recipe_says() -> None:
    work = workload(load_recipe("quickstart", {"rounds": 40, "rounds_per_segment": 20}))
    assert (work.trained, work.pipeline_tasks, work.evaluations) == (15_360, 7, 2)
    assert work.checkpoints == 4
    assert workload(load_recipe("quickstart", {"rounds": 3, "granularity": "step"})).pipeline_tasks == 31


def test_every_turn_of_a_trajectory_counts() -> None:
    overrides = {"rounds": 2, "evaluation": {"samples": 1}, "tasks.multi_turn_code.evaluated_turns": 1}
    one, three = (
        workload(load_recipe("cobalt", overrides | {"tasks.multi_turn_code.turns": turns})) for turns in (1, 3)
    )
    assert three.most_tokens == 3 * one.most_tokens
    compared = workload(load_recipe("cobalt", overrides | {"tasks.multi_turn_code.evaluated_turns": 4}))
    held_out, max_tokens = 100, 40
    assert compared.most_tokens == one.most_tokens + 2 * held_out * 4 * max_tokens


def test_the_memory_of_a_tiny_policy_is_that_of_its_libraries() -> None:
    recipe = load_recipe("miniature")
    needed = memory(recipe, recipe.policy.size(), prompt_tokens=50)
    assert LIBRARIES < needed.peak < 1.02 * LIBRARIES
    twice = memory(load_recipe("miniature", {"processes": 2}), recipe.policy.size(), prompt_tokens=50)
    assert twice.programs == LIBRARIES + RANK


def test_prompts_that_are_not_known_count_as_long_as_they_may_be() -> None:
    recipe = load_recipe("quickstart")
    unknown, known = (memory(recipe, recipe.policy.size(), tokens) for tokens in (None, 40))
    assert unknown.update > known.update
    assert unknown.rollout >= known.rollout


def test_a_large_policy_takes_its_weights_five_times_and_more() -> None:
    recipe = load_recipe("miniature", {"processes": 2})
    assert certain_memory(recipe, LARGE) == 2 * 5 * 4 * LARGE.parameters
    needed = memory(recipe, LARGE, prompt_tokens=100)
    assert needed.update > certain_memory(recipe, LARGE)
    assert needed.rollout > 2 * 4 * LARGE.parameters
