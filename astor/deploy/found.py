"""What of a registered version KServe needs: where its files lie, and that they are those that were registered."""

import json
from typing import NamedTuple

from astor.errors import UserError
from astor.policies.card import WEIGHTS, find_card
from astor.registry.models import Registered
from astor.storage import Artifact, ArtifactRef, locate
from astor.storage import load as load_artifact

READS = "KServe reads s3:// and pvc:// alone"


class Base(NamedTuple):
    """What an adapter belongs to."""

    digest: str
    uri: str
    """Of its directory, s3://."""
    rank: int
    """Of the adapter."""


class Found(NamedTuple):
    """A version that can be deployed."""

    version: str
    """NAME/VERSION."""
    digest: str
    """Of the policy."""
    uri: str
    """Of its directory: s3:// or pvc://."""
    base: Base | None = None
    """None of a policy that has all its weights."""


def find(version: Registered, storage_uri: str = "") -> Found:
    """The version as KServe can read it. Every file is there, and all but the weights were read and are what was
    registered; weights are large, and are read by whoever serves them.

    Args:
        storage_uri: where its files lie instead of where they were registered; nothing is read there.

    Raises:
        UserError: KServe cannot read where they lie, one is gone, or they are another policy's.
    """
    name, policy = f"{version.name}/{version.version}", version.policy
    if storage_uri:
        return Found(name, policy.digest, storage_uri)
    if not version.source.startswith("s3://"):
        raise UserError(
            f"{version.told} lies at {version.source}, and {READS}: run with --store s3://…, or copy its files to a "
            "volume and give --set storage_uri=pvc://CLAIM/DIR."
        )
    try:
        artifact = _checked(policy.committed, policy.digest)
        return Found(name, policy.digest, version.source, _base(artifact))
    except UserError as error:
        way = "give the alias to another version" if version.alias else "name another version"
        raise UserError(
            f"{version.told} cannot be deployed ({str(error).rstrip('.')}): bring its files back, or {way}."
        ) from error


def _checked(ref: ArtifactRef, digest: str) -> Artifact:
    """The artifact that holds the policy of the digest."""
    artifact = load_artifact(ref)
    held = artifact.manifest.parts["policy"]
    if held.digest != digest:
        raise UserError(f"{ref.uri} holds the policy {held.digest[:12]}, not {digest[:12]}")
    store, key = locate(ref.uri)
    prefix = f"{key}/{artifact.manifest.attempt}/policy"
    there = {path.removeprefix(f"{prefix}/") for path in store.keys(prefix)}
    if missing := sorted(held.files.keys() - there):
        raise UserError(f"{missing[0]} is gone from {ref.uri}")
    return artifact


def _base(artifact: Artifact) -> Base | None:
    """What the policy of an artifact is an adapter to, which is found as it was, too."""
    directory = artifact.part("policy", leave_out=WEIGHTS)
    card = find_card(directory)
    if card is None or card.kind != "adapter" or card.base is None:
        return None
    ref = card.base.committed
    if not ref.uri.startswith("s3://"):
        raise UserError(f"the base of its adapter lies at {ref.uri}, and {READS}")
    base = _checked(ref, card.base.digest)
    rank = int(json.loads((directory / "adapter_config.json").read_text())["r"])
    return Base(card.base.digest, f"{ref.uri}/{base.manifest.attempt}/policy", rank)
