"""URIs, digests, and artifacts that are attempted often and committed once."""

from astor.storage.artifact import Artifact, Attempt, Manifest, Part, committed, find, load, locate, remove
from astor.storage.atomic import draft_beside, replacing
from astor.storage.digest import digest_bytes, digest_directory, digest_file, digest_json
from astor.storage.ref import ArtifactRef, PolicyRef, lineage

__all__ = [
    "Artifact",
    "ArtifactRef",
    "Attempt",
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
    "lineage",
    "load",
    "locate",
    "remove",
    "replacing",
]
