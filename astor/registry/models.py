"""The model registry: which policies there are, and which of them is champion."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from astor.errors import UserError
from astor.records import GateDecision
from astor.registry.beside import relative, resolved
from astor.registry.claims import CHALLENGER, CHAMPION, DIGEST, Claims, follow
from astor.registry.connection import connect, explained, made_once, sqlite_file
from astor.storage import ArtifactRef, PolicyRef, load

LINEAGE, POLICY = "astor.policy_lineage", "astor.policy"
PROMOTED = "astor.promoted"
"""A tag of a version, and of a run."""
MODEL = "astor.model"
"""Tag of a run: the version that it registered."""


class ModelVersion(NamedTuple):
    """A version of a registered model, and the alias that it was given."""

    name: str
    version: str
    alias: str


class Registered(NamedTuple):
    """A version as it was looked up."""

    name: str
    version: str
    alias: str
    """That it was looked up by; empty where that was its number."""
    policy: PolicyRef
    """Where it was kept when it was registered; beside a database that was moved, where it lies now."""
    source: str
    """Where MLflow says that its files are: `runs:/…` where they were uploaded."""
    run_id: str = ""
    """Of the MLflow run that registered it."""

    @property
    def told(self) -> str:
        """Name, version and alias in words."""
        return f"{self.name}, version {self.version}," + (f" which has the alias {self.alias}," if self.alias else "")


def register(
    uri: str,
    name: str,
    policy: PolicyRef,
    run_id: str,
    decision: GateDecision,
    tags: Mapping[str, str],
    claims: Claims,
    description: str = "",
) -> ModelVersion:
    """Register a policy that the gate has seen, and give it the alias `champion` or `challenger`.

    The version's source is the policy's own directory, which model servers read; where that is local and MLflow is a
    server, which refuses paths of other machines, the policy is uploaded to the run first. A policy is registered once,
    whoever asks again, and a repeat finishes what an interrupted one began.

    It becomes champion when it was promoted over the champion that stands: where another took the place meanwhile, or
    claims it first, it was not compared with that one, and stays challenger. Nothing but a promotion takes the alias
    from a champion.

    Args:
        uri: of the MLflow registry.
        name: of the registered model, created where there is none.
        policy: committed, where nothing is pruned.
        run_id: of the MLflow run.
        decision: of the gate; `challenger_digest` is the policy's, or that of the adapter that was merged into it.
        tags: further ones, as the recipe's digest.
        claims: on the model `name`.
        description: Markdown, for the version's page.

    Raises:
        UserError: MLflow cannot be used, or the policy is not where its ref says.
    """
    artifact, source = _locate(uri, policy.committed)
    with explained(uri):
        client = connect(uri)
        if not client.search_registered_models(f"name = '{name}'"):
            with made_once():
                client.create_registered_model(name)
        follow(client, claims)
        last, holder = claims.last(), _version(client, name, CHAMPION)
        found = client.search_model_versions(f"name = '{name}' and tags.`{DIGEST}` = '{policy.digest}'")
        facts = {**tags, **_policy_tags(policy, artifact), PROMOTED: str(decision.promoted).lower()}
        if not found:
            if "://" not in source and not sqlite_file(uri):
                client.log_artifacts(run_id, str(load(policy.committed).part("policy")), "policy")
                source = f"runs:/{run_id}/policy"
            own = client.create_model_version(
                name, source, run_id=run_id, tags=facts, description=description, await_creation_for=0
            )
        else:
            own = found[0]
            if decision.promoted and own.tags[PROMOTED] == "false":
                for key, value in facts.items():
                    client.set_model_version_tag(name, own.version, key, value)
                client.update_model_version(name, own.version, description)
        version = str(own.version)
        if holder is not None and str(holder.version) == version:
            return ModelVersion(name, version, CHAMPION)
        before = str(holder.version) if holder is not None else ""
        stands = holder is None or holder.tags.get(DIGEST) == decision.champion_digest
        if decision.promoted and stands and claims.make(last, version, policy.digest, before):
            follow(client, claims)
            return ModelVersion(name, version, CHAMPION)
        client.set_registered_model_alias(name, CHALLENGER, version)
        return ModelVersion(name, version, CHALLENGER)


def registered(uri: str, name: str, alias: str, number: str = "") -> Registered | None:
    """The version of the registered model `name` that holds an alias, or that has a number, which is there; None where
    none holds the alias.

    Raises:
        UserError: MLflow cannot be used, or the version is none that `register` made.
    """
    with explained(uri):
        client = connect(uri)
        version = client.get_model_version(name, number) if number else _version(client, name, alias)
    if version is None:
        return None
    tags = version.tags
    kept = resolved(uri, tags.get(POLICY, ""))
    policy = PolicyRef(tags.get(DIGEST, ""), tags.get(LINEAGE, ""), ArtifactRef(*kept.rpartition("#")[::2]))
    found = Registered(name, str(version.version), alias, policy, resolved(uri, version.source), version.run_id)
    if not {DIGEST, LINEAGE, POLICY} <= tags.keys():
        way = "give the alias to a version" if alias else "name one"
        raise UserError(f"{found.told} has no tags of a policy: {way} that a run registered, in MLflow at {uri}.")
    return found


def _version(client: Any, name: str, alias: str) -> Any | None:
    models = client.search_registered_models(f"name = '{name}'")
    number = models[0].aliases.get(alias) if models else None
    return None if number is None else client.get_model_version(name, number)


def _locate(uri: str, policy: ArtifactRef) -> tuple[ArtifactRef, str]:
    """What MLflow at `uri` is told of where an artifact lies: its ref, and the directory of its part `policy`."""
    place = relative(uri, policy.uri)
    return ArtifactRef(place, policy.digest), f"{place}/{load(policy).manifest.attempt}/policy"


def _policy_tags(policy: PolicyRef, artifact: ArtifactRef) -> dict[str, str]:
    return {POLICY: str(artifact), DIGEST: policy.digest, LINEAGE: policy.lineage}
