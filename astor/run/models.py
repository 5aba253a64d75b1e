"""Policies that are kept for good, beside the runs of a store."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from astor.policies.card import find_card, policy_ref
from astor.records import Prompt
from astor.run.run import Run
from astor.storage import PolicyRef, find, load
from astor.tasks.trained import write_trained


def keep_policy(run: Run, policy: PolicyRef, prompts: Iterable[Prompt] | None = None) -> PolicyRef:
    """Copy a policy to `models/<digest>`, which nothing prunes; the copy. It is copied once, wherever it is from.

    An adapter is merged into its base, for model servers read a whole model: the copy is a policy of another digest.

    Of `prompts`, by which this run trained it, the copy is told which tasks it can be asked; without them it knows what
    the original does.

    Raises:
        DamagedError: what is kept already is not what was committed.
    """
    uri, made_from = run.places.model(policy.digest), {"policy": policy}
    kept = run.artifacts.done(uri, made_from)
    if kept is None:
        source = load(policy.committed).part("policy")

        def copy(directory: Path) -> None:
            card = find_card(source)
            if card is not None and card.kind == "adapter":
                from astor.policies.adapted import write_merged  # torch

                write_merged(source, directory)
            else:
                shutil.copytree(source, directory, dirs_exist_ok=True)
            if prompts is not None:
                write_trained(directory, run.tasks, prompts)

        kept = run.artifacts.commit(uri, made_from, policy=copy)
    else:
        load(kept).check()
    return policy_ref(kept)


def kept_digest(run: Run, digest: str) -> str:
    """Digest of what `keep_policy` made of the policy of this digest: its own, unless it had an adapter."""
    kept = find(run.places.model(digest))
    return kept.manifest.parts["policy"].digest if kept else digest
