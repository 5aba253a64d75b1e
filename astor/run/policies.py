"""Policies in this process: how they talk, their weights, and the engines that sample from them and train them."""

from collections import OrderedDict
from functools import cached_property

from astor.policies.card import WEIGHTS
from astor.policies.chat import Chat, load_chat
from astor.policies.policy import Policy, load_policy
from astor.recipe.recipe import Recipe
from astor.rollout.engine import Engine, Sampler
from astor.run.threads import set_threads
from astor.storage import PolicyRef, load
from astor.training.engine import ReferencePolicy, UpdateEngine

LOADED = 2
"""Policies beside the one in training whose weights are kept: the reference policy, and one that is evaluated."""


class Policies:
    """By reference: the policy that this process trains is found where it is, any other is loaded."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._chats: dict[str, Chat] = {}
        self._loaded: OrderedDict[str, Policy] = OrderedDict()
        self._trained: tuple[PolicyRef, UpdateEngine] | None = None

    def chat(self, policy: PolicyRef) -> Chat:
        """How the policy talks, which no training changes: of all policies of one origin it is the same."""
        if policy.origin not in self._chats:
            self._chats[policy.origin] = load_chat(load(policy.committed).part("policy", leave_out=WEIGHTS))
        return self._chats[policy.origin]

    def weights(self, policy: PolicyRef) -> Policy:
        """The policy itself."""
        if self._trained and self._trained[0] == policy and self._trained[1].policy is not None:
            return self._trained[1].policy
        if policy.digest not in self._loaded:
            set_threads(self._recipe)
            self._loaded[policy.digest] = load_policy(load(policy.committed).part("policy"))
            while len(self._loaded) > LOADED:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(policy.digest)
        return self._loaded[policy.digest]

    def sampler(self, policy: PolicyRef) -> Sampler:
        """The policy as it is sampled from."""
        return Sampler(self._rollout_engine, self.chat(policy), policy)

    @cached_property
    def _rollout_engine(self) -> Engine:
        return self._recipe.rollout.make(self.weights)

    def update_engine(self, policy: PolicyRef, reference: PolicyRef) -> UpdateEngine:
        """The engine that goes on training `policy`: the one that trained it in this process, else a new one."""
        if self._trained and self._trained[0] == policy:
            return self._trained[1]
        set_threads(self._recipe)
        artifact = load(policy.committed)
        trainer = artifact.part("trainer") if "trainer" in artifact.manifest.parts else None
        held_to = ReferencePolicy(
            directory=lambda: load(reference.committed).part("policy"), weights=lambda: self.weights(reference)
        )
        return self._recipe.training.make(artifact.part("policy"), held_to, trainer)

    def keep_trained(self, policy: PolicyRef, engine: UpdateEngine) -> None:
        """Keep the engine that has just made `policy`."""
        self._trained = policy, engine
