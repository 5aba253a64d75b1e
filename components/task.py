"""How a task of a pipeline begins: its process tied to the command that started it, its run opened."""

import os

from astor.errors import UserError
from astor.policies.card import policy_ref
from astor.run.failure import tell_failure
from astor.run.lifeline import hold_lifeline
from astor.run.pod import POD
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef
from astor.storage.s3 import wait_for_s3

ref = ArtifactRef.parse
"""The ref of an artifact from a parameter."""


def begin(store: str = "") -> None:
    """Have this process end with the command that started it, and tell people why it failed; a store that is away is
    waited for.

    Raises:
        UserError: the store is a directory of a pod.
    """
    hold_lifeline()
    tell_failure()
    if store.startswith("s3://"):
        wait_for_s3()
    elif store and POD in os.environ:
        raise UserError(f"The store {store} is a directory of this pod, which no other has: give s3://BUCKET/PREFIX.")


def open_run(recipe: str) -> Run:
    """The run of a task, which begins with it."""
    begin(recipe)
    return Run.open(ref(recipe))


def policy_in(text: str) -> PolicyRef:
    """The policy in the artifact that a parameter names."""
    return policy_ref(ref(text))
