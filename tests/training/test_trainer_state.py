from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.training.engines.torch import TorchEngine
from astor.training.options import TorchOptions
from astor.training.trainer_state import COUNTERS, TENSORS, TrainerState


@pytest.fixture
def saved(policy: Policy, reference: Policy, play: Callable, tmp_path: Path) -> Path:
    engine = TorchEngine(policy, reference, TorchOptions())
    round = play(policy)
    engine.update(round.completions, round.groups, round.batch)
    engine.save_trainer(tmp_path)
    return tmp_path


def test_it_holds_masters_and_moments_in_fp32_and_the_schedules_step(saved: Path) -> None:
    state = TrainerState.load(saved)
    assert state.masters.keys() == state.first_moments.keys() == state.second_moments.keys()
    assert {tensor.dtype for tensor in state.masters.values()} == {torch.float32}
    assert (state.counters.schedule_step, state.counters.optimizer_steps, state.counters.world_size) == (2, 2, 1)


def test_the_same_state_has_the_same_bytes(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    again = tmp_path_factory.mktemp("again")
    TrainerState.load(saved).save(again)
    for name in (TENSORS, COUNTERS):
        assert (again / name).read_bytes() == (saved / name).read_bytes()


def test_before_the_first_step_there_are_no_moments(
    policy: Policy, reference: Policy, make_policy: Callable, tmp_path: Path
) -> None:
    TorchEngine(policy, reference, TorchOptions()).save_trainer(tmp_path)
    assert not TrainerState.load(tmp_path).first_moments
    resumed = TorchEngine(make_policy(3), reference, TorchOptions(), tmp_path)
    assert not resumed.optimization.optimizer.state


def test_ranks_write_a_share_each_and_read_the_whole(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole, shards = TrainerState.load(saved), tmp_path_factory.mktemp("shards")
    for rank in range(2):
        share = {name: weight for index, (name, weight) in enumerate(whole.masters.items()) if index % 2 == rank}
        first, second = ({name: named[name] for name in share} for named in (whole.first_moments, whole.second_moments))
        TrainerState(share, first, second, whole.counters, whole.weighing).save(shards, rank, 2)
    read = TrainerState.load(shards)
    assert read.shapes == whole.shapes
    assert read.counters == whole.counters
    for name, moment in whole.second_moments.items():
        assert torch.equal(read.second_moments[name], moment)
    (shards / "trainer-00001-of-00002.safetensors").unlink()
    with pytest.raises(UserError, match="it has no trainer-00001-of-00002"):
        TrainerState.load(shards)


def test_a_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a trainer state"):
        TrainerState.load(tmp_path)


def test_a_state_without_some_of_its_tensors_is_refused(saved: Path) -> None:
    tensors = load_file(saved / TENSORS)
    tensors.pop(next(key for key in tensors if key.startswith("first_moment/")))
    save_file(tensors, saved / TENSORS)
    with pytest.raises(UserError, match="lacks moments"):
        TrainerState.load(saved)


def test_a_state_of_another_model_is_refused(saved: Path, reference: Policy, make_policy: Callable) -> None:
    with pytest.raises(UserError, match="another model"):
        TorchEngine(make_policy(layers=3), reference, TorchOptions(), saved)


def test_counters_of_other_keys_are_refused(saved: Path) -> None:
    (saved / COUNTERS).write_text('{"schedule_step":2,"more":1}')
    with pytest.raises(UserError, match="not of a trainer state of this version"):
        TrainerState.load(saved)
