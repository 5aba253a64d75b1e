# Tries: threads that share one stack of no size, so that no limit of memory bounds them.
# Mode: calls
# Machine: x86_64
# Outcome: failed or timeout or passed
import ctypes
import mmap

# The child of each clone pauses at once, for ever, and needs no stack for it.
CODE = bytes.fromhex(
    "b838000000"  # mov eax, 56: clone
    "bf000f0500"  # mov edi, CLONE_VM | FS | FILES | SIGHAND | THREAD | SYSVSEM
    "31d24531d24531c0"  # the other arguments: 0
    "0f05"  # syscall
    "85c0"  # test eax, eax
    "7401"  # je: the child
    "c3"  # ret: the parent
    "b822000000"  # mov eax, 34: pause
    "0f05"
    "ebf7"  # again
)


def solve(x, world):
    memory = mmap.mmap(-1, 1 << 16, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(CODE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    clone = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)(start)
    started = 0
    while started < 10_000 and clone(0, start + (1 << 15)) > 0:
        started += 1
    return "few" if started <= 4096 else x + 1
