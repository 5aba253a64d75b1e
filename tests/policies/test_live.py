"""A policy in training is found where it is; any other is loaded, and the last few are kept."""

from pathlib import Path

import pytest

from astor.policies.card import policy_ref
from astor.policies.live import LOADED, find_weights, keep_files, keep_trained, write_files
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.policies.tiny import make_policy
from astor.storage import Attempt, PolicyRef


def commit(seed: int, directory: Path) -> tuple[Policy, PolicyRef]:
    policy = make_policy(["def f(x):"], TinyOptions(hidden_size=24, heads=2, layers=1, vocabulary=160), seed)
    with Attempt(str(directory / str(seed))) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="r")
        return policy, policy_ref(attempt.commit().ref)


def test_a_policy_in_training_is_not_loaded_again(tmp_path: Path) -> None:
    world = World()
    policy, ref = commit(0, tmp_path)
    keep_trained(world, policy)
    assert find_weights(world, ref) is policy
    policy.card = policy.card.updated("r")
    assert find_weights(world, policy.ref) is policy
    assert find_weights(world, ref) is not policy, "it has become another"


def test_files_are_those_of_the_policy_that_is_meant(tmp_path: Path) -> None:
    world = World()
    assert not write_files(world, PolicyRef("d+1", "d+1"), tmp_path)
    keep_files(world, PolicyRef("d+1", "d+1"), lambda directory: (directory / "weights").touch())
    assert not write_files(world, PolicyRef("d+2", "d+2"), tmp_path)
    assert write_files(world, PolicyRef("d+1", "d+1"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]


def test_the_last_few_that_were_loaded_are_kept(tmp_path: Path) -> None:
    world = World()
    refs = [commit(seed, tmp_path)[1] for seed in range(LOADED + 1)]
    first, *others = [find_weights(world, ref) for ref in refs]
    assert [find_weights(world, ref) for ref in refs[1:]] == others
    assert find_weights(world, refs[0]) is not first
    with pytest.raises(AssertionError, match="was never committed"):
        find_weights(world, PolicyRef("d+1", "d+1"))
