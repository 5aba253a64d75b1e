"""Every process that computes with policies follows one rule of what repeats to the bit."""

import os
from collections.abc import Iterator

import pytest
import torch

from astor.policies.determinism import use_deterministic_operations
from astor.policies.ranks import Ranks, World


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    enabled, warns = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    yield
    torch.use_deterministic_algorithms(enabled, warn_only=warns)


def rule(world: World) -> tuple[bool, bool, str | None]:
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    return torch.are_deterministic_algorithms_enabled(), warns, os.environ.get("CUBLAS_WORKSPACE_CONFIG")


def test_on_cpus_nothing_else_is_computed_in_any_rank() -> None:
    use_deterministic_operations()
    with Ranks(2, threads=1) as ranks:
        assert ranks.call(rule) == [(True, False, None)] * 2


def test_on_a_gpu_what_does_not_repeat_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    use_deterministic_operations()
    assert rule(World()) == (True, True, ":4096:8")
