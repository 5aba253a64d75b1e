"""Every rollout engine there is, ours and those of other packages."""

from astor.catalogue import catalogue
from astor.rollout.engine import EngineOptions
from astor.rollout.options import OpenAIEngineOptions, TransformersEngineOptions

ENTRY_POINTS = "astor.rollout_engines"


def engine_options() -> dict[str, type[EngineOptions]]:
    """Name of an engine, which is the `type` of its options → its options, which make it."""
    return catalogue(ENTRY_POINTS, {"transformers": TransformersEngineOptions, "openai": OpenAIEngineOptions})
