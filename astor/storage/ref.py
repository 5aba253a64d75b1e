"""Refs: which artifact, or which policy, is meant. Values inside a process, text only where processes meet."""

from dataclasses import dataclass
from typing import Self

from astor.errors import UserError


@dataclass(frozen=True)
class ArtifactRef:
    """An artifact by where it lies and what it holds: a reader refuses whatever else it finds there."""

    uri: str
    """Where it lies."""
    digest: str
    """SHA-256 of its parts' digests by name."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The ref that `str` wrote; UserError where `text` is none."""
        uri, hash_sign, digest = text.rpartition("#")
        if not hash_sign:
            raise UserError(f"{text!r} is not the ref of an artifact: write URI#DIGEST, as the step printed it.")
        return cls(uri, digest)

    def __str__(self) -> str:
        return f"{self.uri}#{self.digest}"

    def sibling(self, name: str) -> str:
        """The URI of what is called `name` beside it."""
        return f"{self.uri.rpartition('/')[0]}/{name}"


@dataclass(frozen=True)
class PolicyRef:
    """A policy by its digest, by its place in its run, and by the artifact that holds it."""

    digest: str
    """SHA-256 of its files; its lineage where it was never committed."""
    lineage: str
    """Digest of the policy that its run began from; `+n` behind it after n updates."""
    artifact: ArtifactRef | None = None
    """None between two commits, when only the process that trains it holds it."""

    def is_called(self, name: str) -> bool:
        """Whether `name` is its digest or its lineage."""
        return name in (self.digest, self.lineage)

    @property
    def origin(self) -> str:
        """Digest of the policy that its run began from."""
        return self.lineage.partition("+")[0]

    @property
    def updates(self) -> int:
        """Updates since its origin: 0 or more."""
        return int(self.lineage.partition("+")[2] or 0)

    @property
    def committed(self) -> ArtifactRef:
        """The artifact of a policy that was committed."""
        assert self.artifact is not None, f"the policy {self.digest} was never committed"
        return self.artifact


def lineage(origin: str, updates: int) -> str:
    """What a policy is called by descent: the digest of its origin, and `+n` behind it after n updates."""
    return f"{origin}+{updates}" if updates else origin
