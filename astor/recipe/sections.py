"""Sections of a recipe that configure no class of another room: data, batch, evaluation, tracking."""

from typing import Annotated, Any

from pydantic import Field, SerializeAsAny, model_validator

from astor.choice import choice
from astor.data.catalogue import source_classes
from astor.data.decontamination import DecontaminationOptions
from astor.data.splits import SplitOptions
from astor.options import Options

SourceOptions = Annotated[
    SerializeAsAny[Options],
    choice("source", lambda: {name: source.options_type for name, source in source_classes().items()}),
]


class PromptCounts(Options):
    """Prompts per task of each split. A source that has fewer gives what it has."""

    train: int = Field(4000, ge=1)
    """Our choice: the smallest pool that a tiny policy does not memorise in some hundred rounds."""
    held_out: int = Field(120, ge=2)
    """Our choice: the standard error of a task's mean is then about 0.03."""
    promotion: int = Field(320, ge=2)
    """Our choice: with four samples of each and the gate's margin, a task that did not change is shown to lose nothing
    with 80 % power. Where there are fewer, the plan says so."""
    demonstrations: dict[str, Annotated[int, Field(ge=0)]] = {}
    """Key of a task, or key and kind as `io_prediction/output` → demonstrations of the warm-start split, for a tiny
    policy."""


class DataOptions(Options):
    """Where items come from and how they are divided."""

    sources: tuple[SourceOptions, ...] = Field(min_length=1)
    """Where items come from, read in this order."""
    splits: SplitOptions = SplitOptions()
    prompts: PromptCounts = PromptCounts()
    decontamination: DecontaminationOptions | None = None
    """Keeps items out of the training splits that share text with an item of the splits that are evaluated; None keeps
    structure apart alone. Our choice: what a grammar generates shares its words by design, files want it."""


class BatchOptions(Options):
    """What one round rolls out."""

    prompts: int = Field(128, ge=1)
    """Prompts a round over all tasks; 128 is ASTOR's global batch."""
    rollouts: int = Field(8, ge=2)
    """Rollouts a prompt, G; 8 is ASTOR's."""
    temperature: float = Field(1.0, gt=0, le=2)
    """Sampling temperature of training rollouts."""

    @model_validator(mode="before")
    @classmethod
    def _all_tokens_are_drawn(cls, written: Any) -> Any:
        if isinstance(written, dict) and written.get("top_p", 1) != 1:
            raise ValueError(
                "top_p is for evaluation alone, as evaluation.top_p: training compares a policy with the whole "
                "distribution that it sampled from"
            )
        return written


class EvaluationOptions(Options):
    """How policies are measured on held-out and promotion prompts."""

    every: int = Field(0, ge=0)
    """Rounds between evaluations on held-out prompts; 0: only before and after."""
    samples: int = Field(4, ge=1)
    """Rollouts a prompt at `temperature`; one greedy rollout stands beside them."""
    temperature: float = Field(1.0, gt=0, le=2)
    """Sampling temperature of `samples`. 1, that of training: what rewards move is what is measured (our choice)."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Share of the probability whose likeliest tokens alone are drawn for `samples` (Holtzman et al. 2020). Training
    draws from all of them: the ratios of its loss are those of the whole distribution."""


class TrackingOptions(Options):
    """Where MLflow is told of the run, and under which name a model is registered."""

    uri: str | None = None
    """An MLflow tracking URI; None: a SQLite file in the store's root."""
    experiment: str = "astor"
    """Name of the MLflow experiment that has the run."""
    model: str = "astor"
    """Name of the registered model."""
    price_per_hour: float | None = Field(None, ge=0)
    """What an hour of the machine costs, in a currency of your own: the model card says what the run came to by it.
    None: it says that this is not known."""
