"""Where the artifacts of a run lie, below its store's root."""

from pathlib import Path

from astor.errors import UserError
from astor.recipe.recipe import Recipe
from astor.storage import MANIFEST, locate, remove

REPORT = "report.html"
"""The report of a run as it was when it last ended, beside its artifacts."""
EVALUATIONS = "evaluations"
"""The folder of a store for what policies answered to suites."""


RUNS, COLLECTIONS = "runs", "collections"
"""The folders of a store for what trains, and for what collects trajectories."""


class Places:
    """URIs of one run. What runs share (prompts, references, first policies, kept models) lies outside `runs/`."""

    def __init__(self, root: str, recipe: Recipe, name: str = "", folder: str = RUNS) -> None:
        """`root` is a local directory or `s3://bucket/prefix`; UserError where it is neither.

        `name` is the run's where it is known; what another version made may be called otherwise than it would be now.
        What collects trajectories lies in a `folder` of its own: it is no run that somebody goes on with.
        """
        if not root:
            raise UserError("The run has no store: name a directory, or s3://bucket/prefix.")
        locate(f"{root}/runs")  # says what is wrong with a store that is none
        self.root = root.rstrip("/") or "/"
        self.name = name or f"{recipe.name}-{recipe.identity[:12]}"
        self.uri = f"{self.root}/{folder}/{self.name}"
        self.result = self.at("results", recipe.rounds)
        """The URI of what a run of so many rounds came to; one that went on has several."""

    @property
    def is_remote(self) -> bool:
        """Whether the store is not a directory of this machine."""
        return "://" in self.root

    def at(self, *names: str | int) -> str:
        """The URI of something of this run; a number is a round."""
        return "/".join([self.uri, *(f"{name:05d}" if isinstance(name, int) else name for name in names)])

    def draw(self, round: int, draw: int, step: str) -> str:
        """The URI of what `step` makes of a draw of a round; the first draw, 0, goes without a number."""
        return self.at("rounds", round, f"{step}-{draw}" if draw else step)

    def evaluation(self, split: str, policy_digest: str, step: str) -> str:
        """The URI of what `step` makes of a policy's evaluation on a split."""
        return self.at("evaluations", f"{split}-{policy_digest[:12]}", step)

    def in_flight(self, uri: str) -> Path | None:
        """The file of what is on its way to `uri`, which outlives the removal of what lies there; none where the store
        is not a directory of this machine."""
        name = uri.removeprefix(f"{self.uri}/").replace("/", "-")
        return None if self.is_remote else Path(self.at("in-flight", f"{name}.jsonl"))

    def turns(self, policy_digest: str) -> str:
        """The URI of a policy's evaluation over turns."""
        return self.at("evaluations", f"turns-{policy_digest[:12]}")

    def model(self, policy_digest: str) -> str:
        """The URI of a policy that is kept for good, whatever becomes of its run."""
        return f"{self.root}/models/{policy_digest[:16]}"

    def inside(self, uri: str) -> str:
        """`uri`, which lies in the store, as records have it: relative to the store's root, wherever that is."""
        assert uri.startswith(f"{self.root.rstrip('/')}/"), f"{uri} is not in {self.root}"
        return uri[len(self.root.rstrip("/")) + 1 :]

    def outside(self, place: str) -> str:
        """The URI of what records have as `place`."""
        return f"{self.root.rstrip('/')}/{place}"

    def below(self, *names: str | int) -> list[str]:
        """Names of what lies directly below a place of this run, sorted."""
        return names_below(self.at(*names))

    def committed_below(self, *names: str | int) -> set[str]:
        """Places below a place of this run, relative to it, where something was committed. Nothing is read."""
        store, key = locate(self.at(*names))
        entries = (entry.removeprefix(f"{key}/") for entry in store.keys(key))
        return {entry.removesuffix(f"/{MANIFEST}") for entry in entries if entry.endswith(f"/{MANIFEST}")}

    def remove(self, *names: str | int) -> None:
        """Remove something of this run, or all of it."""
        remove(self.at(*names))

    def publish(self, uri: str, data: bytes) -> None:
        """Write a file beside the run's artifacts, whatever was there."""
        store, key = locate(uri)
        store.replace(key, data)


def names_below(uri: str) -> list[str]:
    """Names of what lies directly below `uri`, sorted."""
    store, key = locate(uri)
    return sorted({entry.removeprefix(f"{key}/").partition("/")[0] for entry in store.keys(key)})
