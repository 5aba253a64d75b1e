"""What an update engine is: something that trains one policy, round after round, and saves what it trains."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from astor.errors import UserError
from astor.losses.catalogue import LossChoice
from astor.losses.grpo import Grpo
from astor.options import Options
from astor.policies.ranks import Ranks
from astor.records import Batch, Completion, Group, PolicyCard, UpdateReport
from astor.storage import PolicyRef

if TYPE_CHECKING:
    from astor.policies.policy import Policy

Sketch = Literal["gradient", "adam"]
"""Whose sketch: the gradient's, or that of the gradient times (sqrt(v) + epsilon)^(-1/2), v being Adam's bias-corrected
second moment, so that inner products are those in the metric of Adam's steps."""


class DivergedError(UserError):
    """An update that was stopped before it did harm. The engine holds the policy as it was then, and can save it."""


class UpdateEngine(Protocol):
    """Engines are interchangeable. Each holds the policy that it trains, in this process or in others."""

    card: PolicyCard
    """Who the policy is that `update` has left; whoever gives that a name sets it."""

    @property
    def policy(self) -> "Policy | None":
        """The policy itself, for a rollout engine of this process; None where it lies in other processes, and can be
        sampled from only after it was saved."""

    @property
    def world_size(self) -> int:
        """Processes that train; the trainer state can be continued by as many."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """What the last update took."""

    def update(
        self,
        completions: Sequence[Completion],
        groups: Sequence[Group],
        batch: Batch,
        sketch: Sketch | None = None,
        loss_after: bool = False,
    ) -> UpdateReport:
        """Train on the kept `groups` of `batch`, whose rollouts `completions` has; a round without any changes nothing.

        With `sketch` the report has sketches of each task's policy gradient, taken in the update itself; those of
        `adam` from the 11th optimizer step on. With `loss_after` it has each task's surrogate after the last step, at
        the price of a forward pass.

        UserError where the engine that sampled and this one disagree on log-probabilities, at the first update whose
        rollouts are of this policy; DivergedError where gradients stay non-finite, or too long.
        """

    def save_policy(self, directory: Path, recipe_digest: str) -> None:
        """Write the policy with its card into the empty `directory`; `card` is that one from then on."""

    def save_trainer(self, directory: Path) -> None:
        """Write what the next update needs besides the policy into the empty `directory`."""


@dataclass(frozen=True)
class ReferencePolicy:
    """The policy that the trained one is held to. An engine takes of it what it needs: nothing where it trains an
    adapter, whose base it is."""

    ref: PolicyRef
    """Which policy it is."""
    directory: Callable[[], Path]
    """Where it was saved."""
    weights: Callable[[], "Policy"]
    """The policy in this process, which others here use too: nobody trains it."""


class UpdateEngineOptions(Options):
    """Options of an update engine, which they can make. A class of another package is found by the entry point group
    `astor.update_engines`; its field `type` is its name in recipes."""

    loss: LossChoice = Grpo()

    @abstractmethod
    def make(self, policy: Path, reference: ReferencePolicy, trainer: Path | None, ranks: Ranks) -> UpdateEngine:
        """The engine that goes on training the policy in the directory `policy`. `trainer` is a directory that its
        `save_trainer` wrote, None before the first update. `ranks` are processes on CPUs that may share its work.

        UserError where the policy cannot be read, or the trainer state is of another one.
        """
