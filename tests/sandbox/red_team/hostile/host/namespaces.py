# Tries: namespaces of its own, mounts, another root, and the host's name and clock.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os
import socket
import time

libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
CLONE, PIVOT_ROOT, QUOTACTL, SWAPON, REBOOT, INIT_MODULE = (56, 155, 179, 167, 169, 175) if X86 else (220, 41, 60, 224, 142, 105)
NAMESPACES = {"time": 0x80, "mount": 0x20000, "cgroup": 0x2000000, "UTS": 0x4000000, "IPC": 0x8000000}
NAMESPACES |= {"user": 0x10000000, "PID": 0x20000000, "network": 0x40000000}


def attempt(*arguments):
    return "DONE" if libc.syscall(*arguments) >= 0 else errno.errorcode[ctypes.get_errno()]


def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def solve(x, world):
    found = {}
    for name, flag in NAMESPACES.items():
        found[f"unshare {name}"] = "EPERM" if libc.unshare(flag) and ctypes.get_errno() == 1 else "DONE"
        if flag != 0x80:
            found[f"clone {name}"] = attempt(CLONE, flag | 17, 0, 0, 0, 0)
            found[f"clone a thread with {name}"] = attempt(CLONE, flag | 0x10D00, 0, 0, 0, 0)
        found[f"setns {name}"] = "EPERM" if libc.setns(3, flag) and ctypes.get_errno() == 1 else "DONE"
    found["mount"] = "EPERM" if libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0) and ctypes.get_errno() == 1 else "DONE"
    found["umount"] = "EPERM" if libc.umount2(b"/tmp", 2) and ctypes.get_errno() == 1 else "DONE"
    for number, name in ((428, "open_tree"), (429, "move_mount"), (430, "fsopen"), (442, "mount_setattr")):
        found[name] = attempt(number, 0, 0, 0, 0, 0)
    found["chroot"] = tried(lambda: os.chroot("/usr/lib"))
    found["pivot_root"] = attempt(PIVOT_ROOT, b"/", b"/")
    found["sethostname"] = tried(lambda: socket.sethostname(world["mark"]))
    found["clock"] = tried(lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
    found["reboot"] = attempt(REBOOT, 0, 0, 0, 0)
    found["swapon"] = attempt(SWAPON, b"/", 0)
    found["quotactl"] = attempt(QUOTACTL, 0, 0, 0, 0)
    found["init_module"] = attempt(INIT_MODULE, 0, 0, 0)
    return found
