# Tries: to replace the builtins and modules that a judge would compare with.
# Mode: calls
# Outcome: forbidden or passed or failed
import builtins
import math

builtins.isinstance = lambda *_: True
builtins.len = lambda *_: 0
builtins.all = builtins.any = lambda *_: True
math.isclose = lambda *_, **__: True


def solve(x, world):
    return 41.5
