# Tries: to leave marks on builtins, modules, random numbers and the interpreter for the next program.
# Mode: calls
# Outcome: passed
import builtins
import gc
import json
import os
import random
import signal
import sys
import types

builtins.left = sys.left = 1
sys.modules["left"] = types.ModuleType("left")
random.seed(9)
json.dumps = None
os.environ["LEFT"] = "1"
os.putenv("LEFT", "1")
os.chdir("/usr/lib")
os.umask(0)
sys.setrecursionlimit(10**6)
gc.disable()
for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 100)


def solve(x, world):
    return 0
