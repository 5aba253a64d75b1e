"""Policies that get an adapter, and those whose adapter becomes part of their weights."""

from pathlib import Path

from astor.errors import UserError
from astor.policies.card import find_card
from astor.policies.lora import add_adapter, merge_adapter
from astor.policies.options import LoraOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.storage import PolicyRef


def adapt(policy: Policy, base: PolicyRef, options: LoraOptions) -> None:
    """Have the policy train an adapter to `base`: the one that it has, or a new one, if it is `base` itself.

    UserError where it is another policy, or its adapter is another's.
    """
    assert policy.card is not None, "a policy that is trained was saved before"
    own = policy.card.base.digest if policy.card.base else policy.card.digest
    if own != base.digest:
        raise UserError(
            f"The adapter that is trained belongs to the policy {own[:12]}, and the reference policy is "
            f"{base.digest[:12]}, which must be its base: begin a run from the policy that is wanted."
        )
    if policy.lora is None:
        add_adapter(policy.model, options, seed=int(base.digest[:8], 16))
        policy.lora = options
        policy.card = policy.card.model_copy(update={"kind": "adapter", "base": base})


def merge(policy: Policy) -> None:
    """Make the weights of a policy that has an adapter its own, in place; it is another policy then, without a card.

    Values are fp32 on a CPU, and on CUDA what bf16 rounds the base to. One that has none stays as it is.
    """
    if policy.lora:
        merge_adapter(policy.model)
        policy.lora = policy.card = None


def write_merged(source: Path, directory: Path) -> None:
    """Write into the empty `directory` the policy in `source`, which has an adapter, with all weights of its own."""
    policy, card = load_policy(source, device="cpu"), find_card(source)
    assert card is not None
    merge(policy)
    policy.card = card.model_copy(update={"kind": "full", "base": None, "parents": (card.digest,)})
    save_policy(policy, directory, card.recipe_digest)
