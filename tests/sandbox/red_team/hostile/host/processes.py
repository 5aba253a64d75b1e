# Tries: every way to start a process, to leave a daemon, or to bomb.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import multiprocessing
import os
import pty
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
CLONE, FORK, VFORK, CLONE3 = (56, 57, 58, 435) if X86 else (220, 220, 220, 435)


def attempt(action):
    try:
        found = action()
    except OSError as error:
        return errno.errorcode.get(error.errno, "EPERM")  # pty found no terminal: no number.
    if found == 0:
        os._exit(0)
    return "DONE"


def call(*arguments):
    if (result := libc.syscall(*arguments)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def clone3(flags, size=88):
    return call(CLONE3, (ctypes.c_uint64 * 11)(flags, 0, 0, 0, 17), ctypes.c_size_t(size))


def spawn(path, argv):
    if error := libc.posix_spawn(ctypes.byref(ctypes.c_int()), path, None, None, argv, None):
        raise OSError(error, "refused")


def solve(x, world):
    argv, null = (ctypes.c_char_p * 2)(b"true", None), ctypes.c_void_p()
    context = multiprocessing.get_context("fork")
    return {
        "os.fork": attempt(os.fork),
        "os.forkpty": attempt(os.forkpty),
        "pty.fork": attempt(pty.fork),
        "fork": attempt(lambda: call(FORK, 17, 0, 0, 0, 0)),
        "vfork": attempt(lambda: call(VFORK, 17, 0, 0, 0, 0)),
        "clone": attempt(lambda: call(CLONE, 17, 0, 0, 0, 0)),
        "clone with memory": attempt(lambda: call(CLONE, 0x100 | 17, 0, 0, 0, 0)),
        "clone as sibling": attempt(lambda: call(CLONE, 0x8000 | 17, 0, 0, 0, 0)),
        "clone like vfork": attempt(lambda: call(CLONE, 0x4000 | 0x100 | 17, 0, 0, 0, 0)),
        "clone without a signal": attempt(lambda: call(CLONE, 0, 0, 0, 0, 0)),
        "clone with high bits": attempt(lambda: call(CLONE, ctypes.c_uint64(1 << 32 | 17), 0, 0, 0, 0)),
        "clone3": attempt(lambda: clone3(0)),
        "clone3 into a cgroup": attempt(lambda: clone3(0x200000000)),
        "subprocess": attempt(lambda: subprocess.run(["/bin/true"], check=False)),
        "os.posix_spawn": attempt(lambda: os.posix_spawn("/bin/true", ["true"], {})),
        "posix_spawn": attempt(lambda: spawn(b"/bin/true", argv)),
        "multiprocessing": attempt(lambda: context.Process(target=print).start()),
        "os.system": "DONE" if os.system("true") == 0 else "EPERM",
        "execv": attempt(lambda: os.execv("/bin/true", ["true"])),
        "execveat": attempt(lambda: call(322 if X86 else 281, -100, b"/bin/true", argv, null, 0)),
        "fexecve": attempt(lambda: os.execve(os.open(os.__file__, os.O_RDONLY), ["x"], {})),
    }


