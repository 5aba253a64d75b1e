"""A policy that this process has loaded, as it is sampled from."""

from astor.policies.live import keep_trained
from astor.policies.policy import Policy
from astor.policies.ranks import Ranks
from astor.rollout.engine import EngineOptions, Sampler


def live_sampler(policy: Policy, options: EngineOptions) -> Sampler:
    """The policy with an engine of its own, in this process alone."""
    ranks = Ranks(size=1, threads=1)
    keep_trained(ranks.world, policy)
    return Sampler(options.make(ranks), policy.chat, policy.ref)
