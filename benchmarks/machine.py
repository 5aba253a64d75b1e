"""What a figure was measured on, and by which command."""

import os
import platform
import shlex
import sys
from pathlib import Path

import torch


def machine() -> dict[str, object]:
    """Processor, cores that this process may use, memory in GB, card, and the versions that decide speed."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": names[0].partition(": ")[2] if names else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "card": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def measured(benchmark: str) -> dict[str, object]:
    """How the result of a benchmark begins: its name, the command that made it, and the machine."""
    program = Path(sys.argv[0])
    return {
        "benchmark": benchmark,
        "command": shlex.join(["python", f"benchmarks/{program.name}", *sys.argv[1:]]),
        "machine": machine(),
    }
