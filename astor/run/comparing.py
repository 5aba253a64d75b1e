"""Two runs read back for a page that shows them side by side."""

import json
from collections.abc import Mapping
from typing import Any

from astor.evaluation.comparison import RunComparison, Side, differences
from astor.records import Prompt, Split, prompts_by_id
from astor.run.begun import own_prompts
from astor.run.history import history_so_far
from astor.run.run import Run


def compare_runs(first: Run, second: Run) -> RunComparison:
    """What the two runs have come to so far, of whichever stores they are.

    Held-out prompts are the same where what the policy reads of them is, and their task: then their references are of
    one item.

    Raises:
        UserError: nothing was evaluated in one of them yet.
    """
    prompts, others = _held_out(first), _held_out(second)
    return RunComparison(
        Side(first.places.name, history_so_far(first)),
        Side(second.places.name, history_so_far(second)),
        settings=differences(*(flatten(run.recipe.model_dump(mode="json")) for run in (first, second))),
        same_prompts=[
            name
            for name, prompt in prompts.items()
            if (other := others.get(name)) and (prompt.task, prompt.messages) == (other.task, other.messages)
        ],
    )


def flatten(options: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """`{"a": {"b": 1}}` → `{"a.b": "1"}`; lists as JSON, and what they hold by its place."""
    flat: dict[str, str] = {}
    for key, value in options.items():
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            value = {str(place): each for place, each in enumerate(value)}
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value if isinstance(value, str) else json.dumps(value)
    return flat


def _held_out(run: Run) -> dict[str, Prompt]:
    prompts = own_prompts(run)
    known: Mapping[str, Prompt] = run.artifacts.read(prompts, "prompts", prompts_by_id) if prompts else {}
    return {name: prompt for name, prompt in known.items() if prompt.split is Split.HELD_OUT}
