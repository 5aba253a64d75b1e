"""The weights of a registered version, found by their digest, wherever this process can read them."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from astor.errors import UserError
from astor.registry.connection import connect, explained
from astor.registry.models import Registered
from astor.storage import ArtifactRef, Attempt, PolicyRef, committed, digest_directory, find


def find_policy(uri: str, version: Registered, root: str) -> PolicyRef:
    """The policy of a version, every file of which was read and found to be what was registered.

    It is looked for in the store `root`, then where it lay when it was registered, then in what MLflow holds of it,
    which is fetched into the user's cache once.

    Args:
        uri: of the MLflow registry.
        version: what `registered` found there.

    Raises:
        UserError: none of these places has it as it was, or the store has it damaged.
    """
    policy = version.policy
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "astor" / "models"
    own, fetched = f"{root.rstrip('/')}/models/{policy.digest[:16]}", str(cache / policy.digest[:16])
    # What lies in a store was looked for there.
    elsewhere = ":/" in version.source and not version.source.startswith(f"{policy.committed.uri}/")
    reasons = []
    for place in (own, policy.committed.uri, fetched):
        try:
            if place == fetched and elsewhere and find(fetched) is None:
                _fetch(uri, version.source, policy, fetched)
            if find(place) is not None:
                return _read(place, policy)
        except (UserError, PermissionError) as error:
            reasons.append(str(error).rstrip("."))
            if place == own:
                break
    reason = "; ".join(reasons) or f"nothing is left at {policy.committed.uri}"
    way = f"give the alias to another version in MLflow at {uri}" if version.alias else "name another version"
    raise UserError(f"{version.told} cannot be read ({reason}): bring its weights back, or {way}.")


def require_kept(version: Registered, root: str) -> None:
    """Return where the policy of a version is there, by its manifest: no weights are read, however many there are.

    Raises:
        UserError: nothing is left of it where it was kept, or another policy is.
    """
    policy, reasons = version.policy, [f"nothing is left at {version.policy.committed.uri}"]
    for place in dict.fromkeys((f"{root.rstrip('/')}/models/{policy.digest[:16]}", policy.committed.uri)):
        if artifact := find(place):
            if artifact.manifest.parts["policy"].digest == policy.digest:
                return
            reasons = [f"{place} holds another policy than {policy.digest[:12]}"]
    if not version.source.startswith("runs:/"):
        raise UserError(
            f"{version.told} cannot be read ({reasons[-1]}): bring its weights back, or name another version."
        )


def _read(place: str, policy: PolicyRef) -> PolicyRef:
    artifact = committed(place)
    if artifact.manifest.parts["policy"].digest != policy.digest:
        raise UserError(f"{place} holds another policy than {policy.digest[:12]}: remove it.")
    artifact.check()
    return PolicyRef(policy.digest, policy.lineage, ArtifactRef(place, artifact.manifest.digest))


def _fetch(uri: str, source: str, policy: PolicyRef, place: str) -> None:
    """Download what MLflow holds under `source`, and commit it at `place` if it is the policy."""
    with explained(uri):
        connect(uri)  # Before MLflow is imported: it sets how it behaves.
        from mlflow.artifacts import download_artifacts

        with TemporaryDirectory(prefix="astor-model-") as directory:
            downloaded = Path(download_artifacts(artifact_uri=source, dst_path=directory, tracking_uri=uri))
            if (found := digest_directory(downloaded)) != policy.digest:
                raise UserError(f"it holds {found[:12]}, not {policy.digest[:12]}")
            with Attempt(place, {"policy": policy.digest}) as attempt:
                shutil.copytree(downloaded, attempt.part("policy", "Policy/1"), dirs_exist_ok=True)
                attempt.commit()
