"""Policies that are kept for good, beside the runs of a store."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from astor.records import Prompt
from astor.run.run import Run
from astor.storage import PolicyRef, load
from astor.tasks.trained import write_trained


def keep_policy(run: Run, policy: PolicyRef, prompts: Iterable[Prompt] | None = None) -> PolicyRef:
    """Copy a policy to `models/<digest>`, which nothing prunes; the copy. It is copied once, wherever it is from.

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
            shutil.copytree(source, directory, dirs_exist_ok=True)
            if prompts is not None:
                write_trained(directory, run.tasks, prompts)

        kept = run.artifacts.commit(uri, made_from, policy=copy)
    else:
        load(kept).check()
    return PolicyRef(policy.digest, policy.lineage, kept)
