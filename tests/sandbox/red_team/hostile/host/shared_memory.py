# Tries: memory, messages and semaphores that outlive it, and files that have no name.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os
from multiprocessing import shared_memory

libc = ctypes.CDLL(None, use_errno=True)
MQ_OPEN = 240 if os.uname().machine == "x86_64" else 180


def attempt(result):
    return "DONE" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def solve(x, world):
    key, create = world["ipc_key"], 0o1666
    return {
        "SysV memory": attempt(libc.shmget(key, 4096, create)),
        "SysV messages": attempt(libc.msgget(key, create)),
        "SysV semaphores": attempt(libc.semget(key, 1, create)),
        "SysV attach": attempt(libc.shmctl(0, 0, 0)),
        "POSIX memory": tried(lambda: shared_memory.SharedMemory(world["mark"], create=True, size=9)),
        "POSIX messages": attempt(libc.syscall(MQ_OPEN, world["mark"].encode(), os.O_CREAT | os.O_RDWR, 0o666, 0)),
        "memfd": tried(lambda: os.memfd_create(world["mark"])),
        "memfd_secret": attempt(libc.syscall(447, 0)),
        "file without a name": tried(lambda: os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR)),
    }
