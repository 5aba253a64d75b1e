"""Policies that are kept for good, beside the runs of a store."""

import shutil
from pathlib import Path

from astor.run.run import Run
from astor.storage import PolicyRef, load


def keep_policy(run: Run, policy: PolicyRef) -> PolicyRef:
    """Copy a policy to `models/<digest>`, which nothing prunes; the copy. It is copied once, wherever it is from.

    Raises:
        DamagedError: what is kept already is not what was committed.
    """
    uri, made_from = run.places.model(policy.digest), {"policy": policy}
    kept = run.artifacts.done(uri, made_from)
    if kept is None:
        source = load(policy.committed).part("policy")

        def copy(directory: Path) -> None:
            shutil.copytree(source, directory, dirs_exist_ok=True)

        kept = run.artifacts.commit(uri, made_from, policy=copy)
    else:
        load(kept).check()
    return PolicyRef(policy.digest, policy.lineage, kept)
