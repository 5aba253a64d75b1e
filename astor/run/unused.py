"""What runs share and nothing uses any more: prompts with their references, first policies, and kept models."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from astor.errors import UserError
from astor.records import Champion
from astor.records.collection import read_collection
from astor.registry.registrations import registered_policies
from astor.run.places import COLLECTIONS, EVALUATIONS, names_below
from astor.run.removal import LEFT_OVER, Removal, left_over, removal
from astor.run.result import results
from astor.run.run import Run
from astor.storage import MANIFEST, DamagedError, Entry, find, locate

FOLDERS = ("cache/prompts", "cache/policies", "references", "models")


def unused(root: str, runs: Iterable[Run], certain: bool) -> tuple[list[Removal], list[str]]:
    """What no run and no collection of the store uses, and what stays for another reason, in sentences.

    Args:
        runs: those that stay.
        certain: whether it is known what every run uses; else all stays that was committed.
    """
    runs = list(runs)
    removals: list[Removal] = []
    remarks: list[str] = []
    collected = _collected(root, remarks)
    certain &= collected is not None
    policies = _registered(root, runs, remarks) if certain else {}
    used = (collected or set()).union(*map(_used, runs))
    texts = "\n".join(run.resolved_text for run in runs)
    for folder in (*FOLDERS, EVALUATIONS):
        files = _files(root, folder)
        uri = f"{root}/{folder}"
        for place in left_over(uri, files, settled=False):
            removals.append(removal(uri, place, files, LEFT_OVER, folder))
        if not certain or folder == EVALUATIONS or (folder == "models" and not policies):
            continue
        for name in sorted({path.partition("/")[0] for path in files if path.endswith(f"/{MANIFEST}")}):
            # References lie under the name of their prompts.
            digests = _digests(f"{root}/cache/prompts/{name}" if folder == "references" else f"{uri}/{name}")
            if digests is None or digests & used or name in texts:
                continue
            if registered := digests & policies.keys():
                remarks.append(f"{folder}/{name} is registered as {policies[registered.pop()]}, and stays.")
            else:
                removals.append(removal(uri, name, files, "used by nothing", folder))
    return removals, remarks


def _files(root: str, folder: str) -> dict[str, Entry]:
    store, key = locate(f"{root}/{folder}")
    return {path.removeprefix(f"{key}/"): entry for path, entry in store.entries(key).items()}


def _digests(uri: str) -> set[str] | None:
    """What an artifact may be called by whoever uses it; None where it is damaged."""
    try:
        artifact = find(uri)
    except DamagedError:
        return None
    if artifact is None:
        return set()
    policy, copied = artifact.manifest.parts.get("policy"), artifact.manifest.made_from.get("policy")
    own = {artifact.ref.digest, policy.digest} if policy else {artifact.ref.digest}
    return own | {copied} if copied else own


def _used(run: Run) -> set[str]:
    """Digests of what a run was made from and came to."""
    used: set[str] = set()
    if plan := find(run.places.at("plan")):
        champion: Champion = run.artifacts.read(plan.ref, "champion")
        used |= {plan.manifest.made_from["prompts"], plan.manifest.made_from["policy"], champion.policy.digest}
    return used | {result.manifest.made_from["policy"] for result in results(run)}


def _collected(root: str, remarks: list[str]) -> set[str] | None:
    """Digests of what the store's collections were made with: who trains on one goes on from its policy. None where one
    is damaged, which is remarked."""
    uri = f"{root}/{COLLECTIONS}"
    used: set[str] = set()
    for name in names_below(uri):
        try:
            found = read_collection(f"{uri}/{name}")
        except UserError as error:
            remarks.append(f"{COLLECTIONS}/{name} stays, and all that it may use: {error}")
            return None
        used |= {found.policy, found.prompts, found.references} if found else set()
    return used


def _registered(root: str, runs: Iterable[Run], remarks: list[str]) -> Mapping[str, str]:
    """Digest → name of every policy registered where the store's runs are tracked; empty where that is not known."""
    uris = {os.environ.get("MLFLOW_TRACKING_URI", "")} - {""}
    if "://" not in root:
        uris.add(f"sqlite:///{Path(root).absolute() / 'mlflow.db'}")
    policies: dict[str, str] = {}
    try:
        for uri in sorted(uris | {run.services.tracking_uri for run in runs}):
            policies |= registered_policies(uri)
    except UserError as error:
        remarks.append(f"All models stay, for what is registered is unknown: {error}")
        return {}
    if not policies:
        told = ", ".join(sorted(uris)) or "any MLflow that is known"
        remarks.append(f"All models stay, for nothing is registered in {told}; --mlflow-uri names another.")
    return policies
