"""Looks at all that an earlier program could have left behind in the zygote; must find the same each time."""

import builtins
import gc
import io
import json
import locale
import math
import os
import random
import resource
import signal
import stat
import sys
import threading
import time


def look_around():
    kinds = {}
    for descriptor in range(64):
        try:
            kinds[descriptor] = stat.S_IFMT(os.fstat(descriptor).st_mode)
        except OSError:
            continue
    return {
        "arithmetic": [41 + 1, math.isclose(0.1 + 0.2, 0.3), json.dumps({"a": [1]}), sorted([3, 1, 2]), len("four")],
        "names": [sorted(vars(module)) for module in (builtins, sys, math, json, os, io)],
        "modules": sorted(sys.modules),
        "functions": [json.dumps.__code__.co_code, repr(len), repr(isinstance)],
        "random": [random.random(), hash("astor"), list({"one", "two", "three"})],
        "environment": [sorted(os.environ.items()), locale.setlocale(locale.LC_ALL, ""), time.tzname],
        "folder": os.path.exists("usr/lib"),  # noqa: PTH110
        "interpreter": [sys.path, sys.getrecursionlimit(), sys.gettrace() is None, gc.isenabled(), sys.argv],
        "threads": threading.active_count(),
        "signals": [signal.getsignal(number) is signal.SIG_DFL for number in range(1, 32)],
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "timers": signal.getitimer(signal.ITIMER_REAL),
        "limits": [resource.getrlimit(limit) for limit in range(16)],
        "descriptors": kinds,
        "umask": os.umask(0o22),
        "affinity": sorted(os.sched_getaffinity(0)),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "hooks": [sys.excepthook is sys.__excepthook__, sys.stdout is sys.__stdout__],
        "left": [hasattr(builtins, "left"), hasattr(sys, "left"), "left" in sys.modules],
    }
