"""Bare forks: one that exits at once, and one that runs the program without isolation and hands nothing back."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cases import CASES

from astor.sandbox.inside.zygote import PREPARED
from astor.sandbox.workers.worker import ENVIRONMENT

FORKS = """
import gc, os, resource, sys
modules, source, entry, arguments = sys.argv[1].split(), sys.argv[2], sys.argv[3], eval(sys.argv[4])
os.register_at_fork = lambda **hooks: None
for name in modules:
    __import__(name)
gc.collect()
gc.freeze()
for count in sys.stdin:
    for _ in range(int(count)):
        pid = os.fork()
        if pid == 0:
            if source:
                namespace = {}
                exec(compile(source, "<program>", "exec"), namespace)
                for each in arguments:
                    namespace[entry](*each)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(usage.ru_utime + usage.ru_stime, flush=True)
"""


@contextmanager
def opened(variant: str, name: str, workers: int) -> Iterator[Callable[[int], float]]:
    """What forks so many times: `exit` from an interpreter with nothing imported, `run` from one like the zygote."""
    case = CASES[name]
    runs = ("", "") if variant == "exit" else (PREPARED, case.program)
    command = [sys.executable, "-s", "-P", "-c", FORKS, *runs, case.entry, repr(case.arguments)]
    forkers = [
        subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        for _ in range(workers)
    ]

    spent = 0.0

    def run(count: int) -> float:
        nonlocal spent
        before = spent
        for number, forker in enumerate(forkers):
            print((count + number) // workers, file=forker.stdin)
        spent = sum(float(forker.stdout.readline()) for forker in forkers)
        return spent - before

    yield run
    for forker in forkers:
        forker.communicate()
        assert forker.returncode == 0
