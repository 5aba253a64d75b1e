"""Policies with weights in one rank: the one that is trained there, and the last few that were loaded."""

from collections import OrderedDict

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


def drop_loaded(world: World) -> None:
    """Forget the policies that were loaded: what asks for one again loads it again."""
    world.memory.pop("loaded policies", None)
