"""A program that starts all threads that it can beside honest ones that start forty.

Prints whether threads are counted per worker here, and what the honest ones claim.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from red_team.program_files import HERE

from astor.sandbox import CallsJob, Limits, Sandbox, SandboxOptions


def main() -> None:
    """Two workers: the one has the greedy program, the other all of the honest ones."""
    greedy = (HERE / "hostile/host/threads_without_memory.py").read_text()
    greedy = greedy.replace('    return "few"', '    __import__("time").sleep(2)\n    return "few"')
    honest = CallsJob((HERE / "honest/threads.py").read_text(), "solve", ((40,),))
    meanwhile = CallsJob("import time\ndef solve(): time.sleep(1)", "solve", ((),))
    limits = Limits(cpu_seconds=2, wall_seconds=5, memory_mb=256)
    with Sandbox(SandboxOptions(workers=2, limits=limits)) as sandbox:
        _, _, *results = sandbox.run([CallsJob(greedy, "solve", ((41, {}),)), meanwhile, *[honest] * 5])
    (per_worker,) = (layer.stands for layer in sandbox.layers if layer.name == "user of its own")
    print(json.dumps([per_worker, [claim.value for result in results for claim in result.claims]]))


if __name__ == "__main__":
    main()
