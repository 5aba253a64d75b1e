"""What a machine has, and a container of it."""

from pathlib import Path

import pytest

from astor.run.machine import CARDS, free_disk, gpu_memories, memory_limit

GB = 2**30


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text(f"MemTotal: {16 * GB // 1024} kB\nMemFree: 1 kB\n")
    return tmp_path


def test_a_machine_without_control_groups(root: Path) -> None:
    assert memory_limit(root) == 16 * GB


def test_the_least_limit_of_a_group_and_those_above_it_holds(root: Path) -> None:
    (root / "proc/self/cgroup").write_text("0::/pod/container\n")
    groups = root / "sys/fs/cgroup"
    (groups / "pod/container").mkdir(parents=True)
    (groups / "pod/container/memory.max").write_text("max\n")
    assert memory_limit(root) == 16 * GB
    (groups / "pod/memory.max").write_text(f"{4 * GB}\n")
    assert memory_limit(root) == 4 * GB
    (groups / "memory.max").write_text(f"{2 * GB}\n")
    assert memory_limit(root) == 2 * GB


def test_control_groups_of_the_first_version(root: Path) -> None:
    (root / "proc/self/cgroup").write_text("5:cpu:/a\n4:memory,hugetlb:/docker/1\n")
    (root / "sys/fs/cgroup/memory/docker/1").mkdir(parents=True)
    (root / "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes").write_text(f"{3 * GB}\n")
    assert memory_limit(root) == 3 * GB


def test_a_system_that_tells_nothing(tmp_path: Path) -> None:
    assert memory_limit(tmp_path) is None


@pytest.mark.parametrize(
    ("visible", "found"),
    [
        (None, [80, 40, 24]),
        ("", []),
        ("-1", []),
        ("1", [40]),
        ("2,0", [24, 80]),
        ("GPU-b1", [40]),
        ("GPU-c2d4, 0", [24, 80]),
        ("0,7,1", [80]),  # CUDA knows none from the first on that is not there
    ],
)
def test_the_gpus_are_those_that_this_process_sees(
    visible: str | None, found: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    cards = enumerate([("GPU-a0c1", 80), ("GPU-b1c2", 40), ("GPU-c2d4", 24)])
    rows = "".join(f"{index}, {uuid}, {gigabytes * 1024}\n" for index, (uuid, gigabytes) in cards)
    tool.write_text(f"#!/bin/sh\nprintf '{rows}a warning, of the driver'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("astor.run.machine.has_gpu", lambda: True)
    monkeypatch.delenv(CARDS, raising=False) if visible is None else monkeypatch.setenv(CARDS, visible)
    assert gpu_memories() == [count * GB for count in found]


def test_a_disk_is_that_of_the_place_that_is_there(tmp_path: Path) -> None:
    assert free_disk(str(tmp_path / "store" / "runs")) > 0
