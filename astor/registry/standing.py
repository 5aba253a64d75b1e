"""What stands in the registry now: which models there are, and which of their versions has which alias."""

from collections.abc import Mapping
from typing import NamedTuple

from astor.registry.claims import DIGEST
from astor.registry.connection import connect, explained, sqlite_file

Aliases = Mapping[str, str]
"""Alias → version."""


class Standing(NamedTuple):
    """Where a policy stands among the versions of a model."""

    version: str | None
    """The policy's own; None where it is not registered there."""
    aliases: Aliases
    """Of all versions."""

    @property
    def own(self) -> list[str]:
        """Aliases of the policy's version."""
        return sorted(alias for alias, version in self.aliases.items() if version == self.version)


def standing(uri: str, name: str, policy_digest: str) -> Standing:
    """How a policy stands as a version of the model `name` in the MLflow at `uri`; nothing is written there.

    Raises:
        UserError: MLflow cannot be used.
    """
    aliases = models(uri).get(name, {})
    if not _is_there(uri):
        return Standing(None, aliases)
    with explained(uri):
        found = connect(uri).search_model_versions(f"name = '{name}' and tags.`{DIGEST}` = '{policy_digest}'")
    return Standing(str(found[0].version) if found else None, aliases)


def models(uri: str) -> dict[str, Aliases]:
    """Name of each registered model → its aliases; empty where there is no MLflow yet.

    Raises:
        UserError: MLflow cannot be used.
    """
    if not _is_there(uri):
        return {}
    with explained(uri):
        found = connect(uri).search_registered_models()
    return {model.name: {alias: str(version) for alias, version in model.aliases.items()} for model in found}


def _is_there(uri: str) -> bool:
    database = sqlite_file(uri)
    return database is None or database.exists()
