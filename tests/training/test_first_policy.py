"""Where a first policy comes from is told by its type; other packages add origins of their own."""

from collections.abc import Callable

import pytest

from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.training.first_policy import (
    HuggingFaceOptions,
    PackageOptions,
    RegisteredOptions,
    TinyPolicyOptions,
    first_policy_options,
)

MINE = """
from typing import Literal
from astor.training.first_policy import HuggingFaceOptions

class Mine(HuggingFaceOptions):
    type: Literal["mine"] = "mine"

def policies():
    return {"mine": Mine}
"""


def test_the_type_decides() -> None:
    for value, model in (
        ({"type": "tiny", "layers": 2}, TinyPolicyOptions),
        ({"type": "huggingface", "path": "models/mine"}, HuggingFaceOptions),
        ({"type": "registered", "model": "mine"}, RegisteredOptions),
        ({"type": "package", "name": "smollm2"}, PackageOptions),
    ):
        assert type(load_recipe("miniature", {"policy": value}).policy) is model
    with pytest.raises(UserError, match="there is no policy 'tinny': did you mean 'tiny'"):
        load_recipe("miniature", {"policy": {"type": "tinny"}})


def test_a_registered_model_is_meant_by_one_of_alias_and_version() -> None:
    policy = {"type": "registered", "model": "mine", "version": 2}
    assert load_recipe("miniature", {"policy": policy}).policy.alias is None
    with pytest.raises(UserError, match="alias is champion, and version is 2: leave one of them out"):
        load_recipe("miniature", {"policy": policy | {"alias": "champion"}})


def test_names_are_those_that_the_options_carry() -> None:
    for name, options in first_policy_options().items():
        assert options.model_fields["type"].default == name


def test_a_package_adds_its_own(installed: Callable[..., None]) -> None:
    installed("astor.policies", MINE, "policies")
    assert set(first_policy_options()) == {"tiny", "huggingface", "registered", "package", "merge", "mine"}
