# Shows: inspection of its own module, signature and source code's lines.
# Arguments: ()
# Result: [True, '(a, b=1)', 'solve']
import inspect
import sys


def other(a, b=1):
    return a


def solve():
    return [solve.__module__ in sys.modules, str(inspect.signature(other)), inspect.currentframe().f_code.co_name]
