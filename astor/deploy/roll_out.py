"""A new version in place of the old one: applied, waited for, and taken back where it does not serve."""

from collections.abc import Callable
from typing import NamedTuple

from astor.deploy.cluster import Cluster
from astor.deploy.kinds import DIGEST, INFERENCE_SERVICE, NAME, VERSION, Kind, Manifest, annotation, is_managed
from astor.deploy.options import DeployOptions
from astor.deploy.settle import NotServedError, settle
from astor.errors import UserError

Say = Callable[[str], None]
OURS = ("astor-rl/", "serving.kserve.io/")
"""Begin the annotations that a deployment decides."""


class Deployed(NamedTuple):
    """What serves now."""

    service: str
    """Name of the InferenceService."""
    namespace: str
    version: str
    digest: str
    url: str
    before: str
    """The version that served before; empty where none did."""
    canary: int = 0
    """Percent of the traffic that a canary gets, where this is one."""

    @property
    def told(self) -> str:
        """All of it as a sentence."""
        instead = f", in place of {self.before}" if self.before not in ("", self.version) else ""
        share = f" with {self.canary} % of the traffic" if self.canary else ""
        where = f"{self.service} in {self.namespace}{share}{instead}"
        url = f", at {self.url}" if self.url else ""
        return f"{self.version} serves as {where}: its endpoint tells the policy {self.digest[:12]}{url}."

    @property
    def card(self) -> str:
        """All of it as Markdown."""
        facts = {
            "InferenceService": f"`{self.service}` in `{self.namespace}`",
            "Endpoint": self.url,
            "Policy, as the endpoint tells it": f"`{self.digest[:12]}`",
            "In place of": self.before if self.before != self.version else "",
            "Share of the traffic": f"{self.canary} %" if self.canary else "",
        }
        lines = [f"- {name}: {value}" for name, value in facts.items() if value]
        return "\n".join([f"# {self.version} serves", "", *lines, ""])


def roll_out(cluster: Cluster, service: Manifest, options: DeployOptions, say: Say) -> Deployed:
    """Have the InferenceService be as its manifest says, and serve.

    Where it does not come to that, what it was before is put back: pods that served never stopped.

    Raises:
        UserError: it does not serve, with what KServe says of it and what serves instead; or it is not ours.
    """
    name, digest = service["metadata"]["name"], annotation(service, DIGEST)
    version = annotation(service, VERSION)
    before = find_own(cluster, INFERENCE_SERVICE, name)
    applied = write(cluster, service, before)
    say(f"{name}: {version} is asked for in {cluster.namespace}, {digest[:12]}")
    try:
        state = settle(cluster, name, digest, options)
    except NotServedError as error:
        after = _put_back(cluster, name, before, applied, options)
        raise UserError(f"{version} does not serve as {name} ({error}): {after}.") from error
    was = annotation(before, VERSION) if before else ""
    return Deployed(name, cluster.namespace, version, digest, state.url, was)


def find_own(cluster: Cluster, kind: Kind, name: str) -> Manifest | None:
    """An object that was made here; None where there is none. UserError where it is somebody else's."""
    found = cluster.find(kind, name)
    if found is not None and not is_managed(found):
        raise UserError(
            f"The {kind.name} {name} in {cluster.namespace} was not made by astor deploy, and stays as it is: give "
            "another --name."
        )
    return found


def write(cluster: Cluster, manifest: Manifest, before: Manifest | None) -> Manifest:
    """Make an object, or write it over what was read `before`. What others noted on that stays.

    UserError where it was changed since it was read.
    """
    if before is None:
        return cluster.create(manifest)
    kept, wanted = before["metadata"], manifest["metadata"]
    others = {key: value for key, value in (kept.get("annotations") or {}).items() if not key.startswith(OURS)}
    metadata = {
        **{key: value for key, value in kept.items() if key != "managedFields"},
        "labels": {**(kept.get("labels") or {}), **wanted["labels"]},
        "annotations": {**others, **wanted["annotations"]},
    }
    return cluster.replace({**manifest, "metadata": metadata})


def _put_back(cluster: Cluster, name: str, before: Manifest | None, applied: Manifest, options: DeployOptions) -> str:
    """Have the InferenceService be what it was, in words; it is left alone where somebody else changed it."""
    if before is None:
        of = annotation(applied, NAME)
        way = f"`astor undeploy {of}{'' if of == name else ' --canary'}` removes it"
        return f"nothing served before it, and what failed is left to be looked at; {way}"
    version, now = annotation(before, VERSION), cluster.find(INFERENCE_SERVICE, name)
    if now is None or now["metadata"].get("generation") != applied["metadata"].get("generation"):
        return "somebody else has changed it meanwhile, and what they want is left to stand"
    try:
        write(cluster, before, now)
        settle(cluster, name, annotation(before, DIGEST), options)
    except NotServedError as error:
        return f"{version} was put back and does not serve either ({error})"
    except UserError as error:
        return f"{version} could not be put back, or not be asked ({str(error).rstrip('.')})"
    return f"{version} serves on"
