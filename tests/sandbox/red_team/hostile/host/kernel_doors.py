# Tries: the kernel's wide doors: io_uring, bpf, userfaultfd, perf, keys, tracing of files, handles, modules, asynchronous I/O.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)
X86 = {"bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "add_key": 248, "request_key": 249, "keyctl": 250}
X86 |= {"fanotify_init": 300, "inotify_init1": 294, "name_to_handle_at": 303, "open_by_handle_at": 304, "io_setup": 206}
X86 |= {"finit_module": 313, "kexec_load": 246, "syslog": 103, "acct": 163, "iopl": 172, "modify_ldt": 154}
X86 |= {"lookup_dcookie": 212, "vmsplice": 278, "splice": 275, "tee": 276, "sendfile": 40, "copy_file_range": 326}
X86 |= {"move_pages": 279, "migrate_pages": 256, "mbind": 237, "set_mempolicy": 238, "pkey_alloc": 330, "mlock": 149}
X86 |= {"mlockall": 151, "membarrier": 324, "remap_file_pages": 216, "setitimer of another clock": 222, "rt_sigqueueinfo": 129}
ANY = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "pidfd_open": 434, "memfd_secret": 447}
ANY |= {"process_mrelease": 448, "set_mempolicy_home_node": 450, "cachestat": 451, "map_shadow_stack": 453, "mseal": 462}
ANY |= {"lsm_set_self_attr": 460, "statmount": 457, "listmount": 458, "quotactl_fd": 443, "fsconfig": 431, "fspick": 433}


def attempt(number):
    zero = ctypes.c_uint64(0)
    return "DONE" if libc.syscall(number, zero, zero, zero, zero, zero, zero) >= 0 else errno.errorcode[ctypes.get_errno()]


def solve(x, world):
    names = ANY | (X86 if os.uname().machine == "x86_64" else {})
    found = {name: attempt(number) for name, number in names.items()}
    found |= {f"a call to come, {number}": attempt(number) for number in (470, 500, 700, 1000)}
    return found
