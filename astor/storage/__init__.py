"""URIs, digests, and artifacts that are attempted often and committed once."""

from astor.storage.artifact import Artifact, Attempt, Manifest, Part, find, load, locate, remove
from astor.storage.digest import digest_bytes, digest_directory, digest_file, digest_json

__all__ = [
    "Artifact",
    "Attempt",
    "Manifest",
    "Part",
    "digest_bytes",
    "digest_directory",
    "digest_file",
    "digest_json",
    "find",
    "load",
    "locate",
    "remove",
]
