"""Ranks make the same call side by side, and end together."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from astor.errors import UserError
from astor.policies.ranks import Ranks, World


def who(world: World, told: str, here: str = "") -> tuple[int, str, str, int]:
    world.memory.setdefault("calls", []).append(told)
    return world.rank, "".join(world.memory["calls"]), here, os.getpid()


def summed(world: World, values: list[float]) -> list[float]:
    """The gradient that all ranks agree on: each has that of its share, and a weight that only rank 0 uses."""
    used, unused = torch.zeros(3, requires_grad=True), torch.zeros(2, requires_grad=True)
    loss = sum(value * used.sum() for value in world.share(values))
    if world.rank == 0:
        loss = loss + unused.sum()
    loss.backward()
    world.sum_gradients([used, unused])
    return [*used.grad.tolist(), *unused.grad.tolist()]


def refuse(world: World, rank: int) -> None:
    if world.rank == rank:
        raise UserError(f"rank {rank} refuses")
    world.sum_gradients([torch.zeros(1)])


@pytest.fixture(scope="module")
def ranks() -> Iterator[Ranks]:
    with Ranks(2, threads=1) as ranks:
        yield ranks


def test_every_rank_makes_the_call_and_remembers(ranks: Ranks) -> None:
    ranks.call(who, "a")
    (first, told, here, own), (second, also_told, nothing, other) = ranks.call(who, "b", here="mine")
    assert (first, second) == (0, 1)
    assert told == also_told == "ab"
    assert (here, nothing) == ("mine", "")
    assert own == os.getpid() != other


def test_gradients_are_summed_over_ranks(ranks: Ranks) -> None:
    one, other = ranks.call(summed, [1.0, 2.0, 4.0])
    assert one == other == [7.0, 7.0, 7.0, 1.0, 1.0]


def test_one_rank_is_this_process_alone() -> None:
    with Ranks(1, threads=1) as ranks:
        assert ranks.call(summed, [1.0, 2.0, 4.0]) == [[7.0, 7.0, 7.0, 1.0, 1.0]]


def test_an_error_of_this_rank_alone_is_raised_as_it_is() -> None:
    with pytest.raises(UserError, match="rank 0 refuses") as refused:
        Ranks(1, threads=1).call(refuse, 0)
    assert refused.value.__cause__ is None, "what is its own cause makes whoever follows causes go in circles"


@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_of_any_rank_is_raised_and_ends_the_others(rank: int) -> None:
    with Ranks(2, threads=1) as ranks:
        _, (*_, other) = ranks.call(who, "")
        with pytest.raises(UserError, match=f"rank {rank} refuses"):
            ranks.call(refuse, rank)
        deadline = time.monotonic() + 60
        while Path(f"/proc/{other}").exists():
            assert time.monotonic() < deadline, "the other rank lives on"
            time.sleep(0.05)
