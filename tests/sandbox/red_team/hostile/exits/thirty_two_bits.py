# Tries: to fork by the system calls of 32-bit programs, from machine code of its own.
# Mode: calls
# Machine: x86_64
# Outcome: forbidden
import ctypes
import mmap

CODE = bytes.fromhex("b802000000cd80c3")  # mov eax, 2; int 0x80; ret


def solve(x, world):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(CODE)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
