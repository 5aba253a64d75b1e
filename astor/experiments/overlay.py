"""An overlay: what a method changes in a recipe, as the recipe's own YAML has it."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from astor.coordination.scheduler import SchedulerOptions
from astor.losses.loss import Loss
from astor.options import Options

SHARED: dict[str, tuple[str, type[Options]]] = {
    "scheduler": ("astor", SchedulerOptions),
    "training.loss": ("grpo", Loss),
}
"""Place of a choice → its default type, and what all its types can be told: that is kept where an overlay names another
type, for it belongs to the setting. The other keys of the type that was there go with it."""


def nested(overlay: Mapping[str, Any]) -> dict[str, Any]:
    """The overlay with its dotted keys unfolded: `{"a.b": 1}` is `{"a": {"b": 1}}`."""
    unfolded: dict[str, Any] = {}
    for key, value in overlay.items():
        first, dot, rest = str(key).partition(".")
        inner = nested({rest: value}) if dot else nested(value) if isinstance(value, Mapping) else value
        unfolded[first] = merged(unfolded[first], inner) if first in unfolded else inner
    return unfolded


def merged(value: Any, overlay: Any, place: str = "") -> Any:
    """`value`, plain data as YAML gives it, with a nested `overlay` laid over it; neither is changed.

    Mappings are merged key by key, in lists the keys are places; whatever else stands in the overlay replaces what was
    there, and so does a mapping that names another `type`, as `SHARED` says.
    """
    if not isinstance(overlay, Mapping) or not isinstance(value, dict | list):
        return deepcopy(overlay)
    if isinstance(value, list):
        if not all(str(key).isdecimal() and int(key) < len(value) for key in overlay):
            return deepcopy(overlay)
        return [merged(each, overlay.get(str(at), {}), f"{place}.{at}") for at, each in enumerate(value)]
    default, shared = SHARED.get(place, (None, Options))
    if "type" in overlay and overlay["type"] != value.get("type", default):
        kept = shared.model_fields
        value = {key: each for key, each in value.items() if key in kept and key != "type"}
    result = deepcopy(value)
    for key, each in overlay.items():
        result[key] = merged(value.get(key), each, f"{place}.{key}".strip("."))
    return result


def filled(overlay: Any, task: str, mark: str = "TASK") -> Any:
    """The overlay with the key of a task wherever `mark` stands as a key or a value of its own."""
    if isinstance(overlay, Mapping):
        return {task if key == mark else key: filled(each, task, mark) for key, each in overlay.items()}
    if isinstance(overlay, list):
        return [filled(each, task, mark) for each in overlay]
    return task if overlay == mark else overlay
