"""Policies with weights in one rank: the one that is trained there, and the last few that were loaded."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from astor.policies.policy import Policy, load_policy
from astor.policies.ranks import World
from astor.storage import PolicyRef, load

LOADED = 2
"""Policies beside the one in training whose weights are kept: the reference policy, and one that is evaluated."""


def find_weights(world: World, policy: PolicyRef) -> Policy:
    """The policy: the one in training where it is that one, else loaded from where it is committed."""
    trained: Policy | None = world.memory.get("trained policy")
    if trained is not None and trained.ref.digest == policy.digest:
        return trained
    loaded: OrderedDict[str, Policy] = world.memory.setdefault("loaded policies", OrderedDict())
    if policy.digest not in loaded:
        loaded[policy.digest] = load_policy(load(policy.committed).part("policy"))
        while len(loaded) > LOADED:
            loaded.popitem(last=False)
    loaded.move_to_end(policy.digest)
    return loaded[policy.digest]


def keep_trained(world: World, policy: Policy) -> None:
    """Have the policy found as long as it is trained here."""
    world.memory["trained policy"] = policy


def keep_files(world: World, policy: PolicyRef, write: Callable[[Path], object]) -> None:
    """Have the files of the policy found though it was not committed: `write` writes them into an empty directory."""
    world.memory["trained files"] = policy.digest, write


def write_files(world: World, policy: PolicyRef, directory: Path) -> bool:
    """Write the files of a policy that was not committed into the empty `directory`; whether they were found."""
    digest, write = world.memory.get("trained files", ("", None))
    if write is None or digest != policy.digest:
        return False
    write(directory)
    return True


def drop_loaded(world: World) -> None:
    """Forget the policies that were loaded: what asks for one again loads it again."""
    world.memory.pop("loaded policies", None)
