# Tries: to change builtin types themselves, behind Python's back, so that all ints equal each other.
# Mode: calls
# Outcome: passed or failed or forbidden or timeout
import ctypes


def solve(x, world):
    compare = ctypes.CFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)(lambda *_: True)
    globals()["keep"] = compare
    slot = 25 * ctypes.sizeof(ctypes.c_void_p)
    ctypes.c_void_p.from_address(id(int) + slot).value = ctypes.cast(compare, ctypes.c_void_p).value
    return 3
