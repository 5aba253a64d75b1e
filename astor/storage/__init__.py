"""URIs, digests, and artifacts that are attempted often and committed once."""

from astor.storage.artifact import MANIFEST, Artifact, Attempt, Manifest, Part, committed, find, load, locate, remove
from astor.storage.atomic import draft_beside, replacing
from astor.storage.damage import DamagedError, find_damage
from astor.storage.digest import (
    digest_bytes,
    digest_directory,
    digest_file,
    digest_json,
    known_digest,
    sealed,
    unsealed,
)
from astor.storage.ref import ArtifactRef, PolicyRef, lineage
from astor.storage.store import Entry
from astor.storage.trial import try_store

__all__ = [
    "MANIFEST",
    "Artifact",
    "ArtifactRef",
    "Attempt",
    "DamagedError",
    "Entry",
    "Manifest",
    "Part",
    "PolicyRef",
    "committed",
    "digest_bytes",
    "digest_directory",
    "digest_file",
    "digest_json",
    "draft_beside",
    "find",
    "find_damage",
    "known_digest",
    "lineage",
    "load",
    "locate",
    "remove",
    "replacing",
    "sealed",
    "try_store",
    "unsealed",
]
