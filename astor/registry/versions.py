"""What people do with the registry: see what there is, make a version champion, and take that back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from astor.errors import UserError
from astor.masking import masked
from astor.registry.claims import CHAMPION, DIGEST, PREVIOUS, Claims, follow
from astor.registry.connection import connect, explained
from astor.registry.description import SCORE
from astor.registry.models import LINEAGE, PROMOTED, Registered
from astor.registry.tracking import RUN


class Listed(NamedTuple):
    """A version of a registered model, for people."""

    model: str
    version: str
    aliases: tuple[str, ...]
    registered: str
    """UTC, ISO 8601 to the second."""
    run: str
    """The run's name."""
    digest: str
    lineage: str
    """The first policy and the number of updates."""
    gate: str
    """`promoted` or `refused`."""
    before: str
    """The version that was champion before it; empty where it never was, or was the first."""
    scores: Mapping[str, float]
    """Task, or `mean` → sampled score on held-out prompts."""


def list_versions(uri: str, model: str = "") -> list[Listed]:
    """The versions of a registered model, or of all, the newest first.

    Raises:
        UserError: MLflow cannot be used.
    """
    with explained(uri):
        client = connect(uri)
        found = client.search_registered_models(f"name = '{model}'" if model else None)
        aliases = {each.name: each.aliases for each in found}
        versions = [one for name in sorted(aliases) for one in _versions(client, name)]
    return [_listed(one, aliases[one.name]) for one in versions]


def promote(uri: str, root: str, wanted: Registered) -> str:
    """Make a version champion without asking the gate; what was champion, empty where nothing was.

    Raises:
        UserError: it is champion, or another version became champion meanwhile.
    """
    return _move(uri, root, wanted.name, wanted.version)


def rollback(uri: str, root: str, model: str) -> tuple[str, str]:
    """Make the version champion that was it before the champion; both numbers, the new one first.

    Raises:
        UserError: as `before_champion`, or another version became champion meanwhile.
    """
    before, now = before_champion(uri, model)
    _move(uri, root, model, before, now)
    return before, now


def before_champion(uri: str, model: str) -> tuple[str, str]:
    """The version that was champion before the champion, and the champion.

    Raises:
        UserError: there is no champion, it has none before it, or that one is gone.
    """
    with explained(uri):
        client = connect(uri)
        now = _champion(client, model)
        if not now:
            raise UserError(f"{model} has no champion in MLflow at {masked(uri)}: there is nothing to take back.")
        before = client.get_model_version(model, now).tags.get(PREVIOUS, "")
        known = {str(one.version) for one in _versions(client, model)}
    if before not in known:
        gone = f"version {before}, which was champion before it, is gone" if before else "none was champion before it"
        raise UserError(f"{model}, version {now}, is champion, and {gone}: give `astor promote` a version.")
    return before, now


def _move(uri: str, root: str, model: str, version: str, now: str | None = None) -> str:
    """Have the alias on `version`; what had it. With `now` that is taken back, and is what must have it."""
    claims = Claims(root, model)
    with explained(uri):
        client = connect(uri)
        follow(client, claims)
        last, holder = claims.last(), _champion(client, model)
        if holder == version:
            raise UserError(f"{model}, version {version}, is champion already.")
        digest = client.get_model_version(model, version).tags.get(DIGEST, "")
        stands = now is None or holder == now
        if not stands or not claims.make(last, version, digest, holder if now is None else ""):
            raise UserError(f"Another version of {model} became champion meanwhile: look at `astor models` again.")
        follow(client, claims)
    return holder


def _champion(client: Any, model: str) -> str:
    """The version that has the alias; empty where none has."""
    return str(client.get_registered_model(model).aliases.get(CHAMPION, ""))  # a database's own client has numbers


def _versions(client: Any, model: str) -> list[Any]:
    found, token = [], None
    while True:
        page = client.search_model_versions(f"name = '{model}'", page_token=token)
        found += page
        token = page.token
        if not token:
            return sorted(found, key=lambda one: -int(one.version))


def _listed(one: Any, aliases: Mapping[str, str]) -> Listed:
    tags = one.tags
    return Listed(
        model=one.name,
        version=str(one.version),
        aliases=tuple(sorted(alias for alias, version in aliases.items() if str(version) == str(one.version))),
        registered=datetime.fromtimestamp(one.creation_timestamp / 1000, UTC).isoformat(timespec="seconds"),
        run=tags.get(RUN, ""),
        digest=tags.get(DIGEST, ""),
        lineage=tags.get(LINEAGE, ""),
        gate={"true": "promoted", "false": "refused"}.get(tags.get(PROMOTED, ""), ""),
        before=tags.get(PREVIOUS, ""),
        scores={key.removeprefix(SCORE): float(value) for key, value in tags.items() if key.startswith(SCORE)},
    )
