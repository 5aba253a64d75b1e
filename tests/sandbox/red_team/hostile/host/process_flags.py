# Tries: to change what holds the process: its own filters, domains, dumpability, capabilities, subreapers, personality.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
SECCOMP, PERSONALITY, PRCTL, CAPSET, ARCH_PRCTL = (317, 135, 157, 126, 158) if X86 else (277, 92, 167, 91, 158)
HIGH = 1 << 32


def attempt(*arguments):
    wide = [ctypes.c_uint64(argument) if isinstance(argument, int) else argument for argument in arguments[1:]]
    return "DONE" if libc.syscall(arguments[0], *wide) >= 0 else errno.errorcode[ctypes.get_errno()]


def solve(x, world):
    allow = (ctypes.c_uint32 * 2)(0x06, 0x7FFF0000)
    program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(allow))
    options = {"die with parent": 1, "dumpable": 4, "keep capabilities": 8, "securebits": 28, "timer slack": 29}
    options |= {"subreaper": 36, "ptracer": 0x59616D61, "speculation": 53, "no THP": 41, "MDWE": 65, "ambient": 47}
    options |= {"name of the machine's memory": 35, "SIGSEGV by reading the time": 26, "scheduling cookie": 62}
    found = {name: attempt(PRCTL, option, 1, 0, 0, 0) for name, option in options.items()}
    found["filter by prctl"] = attempt(PRCTL, 22, 2, ctypes.byref(program))
    found["strict by prctl"] = attempt(PRCTL, 22, 1, 0)
    found["filter by prctl with high bits"] = attempt(PRCTL, HIGH | 22, 2, ctypes.byref(program))
    found["die with parent, high bits"] = attempt(PRCTL, HIGH | 1, 0, 0, 0, 0)
    found["filter by seccomp"] = attempt(SECCOMP, 1, 0, ctypes.byref(program))
    found["listener by seccomp"] = attempt(SECCOMP, 1, 8, ctypes.byref(program))
    found["personality"] = attempt(PERSONALITY, 0x0040000)
    found["capset"] = attempt(CAPSET, (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6))
    found["landlock_restrict_self"] = attempt(446, 3, 0)
    found["landlock_create_ruleset"] = attempt(444, 0, 0, 1)
    return found
