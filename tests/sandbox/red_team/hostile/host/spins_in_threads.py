# Tries: to take all processors, each thread with a little.
# Mode: calls
# Outcome: timeout
import ctypes
import threading

spin = ctypes.CDLL(None).qsort
COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 1)


def solve(x, world):
    memory = ctypes.create_string_buffer(1 << 22)
    for _ in range(20):
        threading.Thread(target=spin, args=(memory, 1 << 20, 4, COMPARE)).start()
    spin(memory, 1 << 20, 4, COMPARE)
    while True:
        pass
