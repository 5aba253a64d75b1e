"""A first policy that several policies of one origin were merged into."""

from pathlib import Path

import pytest
import torch

from astor.errors import UserError
from astor.policies.card import find_card
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.ranks import Ranks
from astor.policies.tiny import make_policy
from astor.records import PolicyCard
from astor.training.first_policy import MergeOptions

SIZE = TinyOptions(hidden_size=12, heads=1, layers=1, mlp_size=8, vocabulary=160)
ALONE = Ranks(size=1, threads=1)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return save(make_policy(["f(1) == 2"], SIZE, seed=0), tmp_path / "base")


def save(policy: Policy, directory: Path) -> Path:
    directory.mkdir()
    save_policy(policy, directory, "recipe")
    return directory


def moved(base: Path, by: float) -> Path:
    """The policy after one update that moves every weight by so much."""
    policy = load_policy(base, device="cpu")
    with torch.no_grad():
        for weight in policy.model.parameters():
            weight.add_(by)
    assert policy.card is not None
    policy.card = policy.card.updated("recipe")
    return save(policy, base.parent / f"moved-{by}")


def options_of(base: Path, *paths: Path, by: str = "average") -> MergeOptions:
    places = {"base": str(base), "paths": [str(path) for path in paths]}
    return MergeOptions.model_validate({**places, "by": by, "density": 1.0})


def made(base: Path, *paths: Path, by: str = "average") -> tuple[Policy, Path]:
    options = options_of(base, *paths, by=by)
    policy = options.make([], lambda *_: None, ALONE)
    policy.card = None
    directory = base.parent / f"merged-{by}"
    directory.mkdir()
    save_policy(policy, directory, "recipe", options.parents())
    return policy, directory


@pytest.mark.parametrize("by", ["average", "ties"])
def test_changes_are_merged_and_parents_stand_in_the_card(base: Path, by: str) -> None:
    first, second = moved(base, 0.01), moved(base, 0.03)
    policy, directory = made(base, first, second, by=by)
    before = load_policy(base, device="cpu").model.get_parameter("model.norm.weight")
    assert torch.allclose(policy.model.get_parameter("model.norm.weight") - before, torch.tensor(0.02), atol=1e-6)
    card = find_card(directory)
    cards = [find_card(path) for path in (first, second)]
    assert card is not None
    assert card.parents == tuple(each.digest for each in cards if each)
    assert card.origin == card.digest, "a run that begins from it begins anew"
    assert load_policy(directory, device="cpu").card == card


def test_policies_of_another_origin_or_of_none_are_refused(base: Path) -> None:
    stranger = save(make_policy(["f(2) == 1"], SIZE, seed=1), base.parent / "stranger")
    with pytest.raises(UserError, match="did not begin from one policy"):
        options_of(base, moved(base, 0.01), stranger).cards()
    with pytest.raises(UserError, match="There is no policy of astor at"):
        options_of(base, base, base.parent / "nowhere").cards()


def test_what_is_merged_decides_its_identity_wherever_it_lies(base: Path) -> None:
    first, second = moved(base, 0.01), moved(base, 0.03)
    known = options_of(base, first, second).identity()
    elsewhere = second.rename(base.parent / "elsewhere")
    assert options_of(base, first, elsewhere).identity() == known
    card = find_card(elsewhere)
    assert isinstance(card, PolicyCard)
    (elsewhere / "policy.json").write_text(card.model_copy(update={"digest": "other"}).model_dump_json())
    assert options_of(base, first, elsewhere).identity() != known
