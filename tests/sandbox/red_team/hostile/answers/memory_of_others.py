# Tries: to read and write the memory of the verifier, of its zygote and of a bystander.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)
PTRACE, KCMP, PROCESS_MADVISE, PIDFD_OPEN, PIDFD_GETFD = (101, 312, 440, 434, 438)
if os.uname().machine != "x86_64":
    PTRACE, KCMP = 117, 272


def attempt(result):
    return "DONE" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def solve(x, world):
    buffer = ctypes.create_string_buffer(64)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    found = {}
    for owner in (os.getpid(), os.getppid(), world["verifier"], world["canary"]):
        remote = (ctypes.c_void_p * 2)(id(buffer), 8)
        found[f"read {owner}"] = attempt(libc.process_vm_readv(owner, local, 1, remote, 1, 0))
        found[f"write {owner}"] = attempt(libc.process_vm_writev(owner, local, 1, remote, 1, 0))
        for request, name in ((16, "attach"), (0x4206, "seize"), (0, "be traced")):
            found[f"{name} {owner}"] = attempt(libc.syscall(PTRACE, request, owner, 0, 0))
        found[f"kcmp {owner}"] = attempt(libc.syscall(KCMP, os.getpid(), owner, 1, 0, 0))
        found[f"pidfd of {owner}"] = attempt(libc.syscall(PIDFD_OPEN, owner, 0))
    found["pidfd_getfd"] = attempt(libc.syscall(PIDFD_GETFD, 3, 0, 0))
    found["process_madvise"] = attempt(libc.syscall(PROCESS_MADVISE, 3, remote, 1, 21, 0))
    return found
