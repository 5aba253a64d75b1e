"""Run a command as it would run in a restricted pod: `python restricted_pod.py COMMAND…`.

As Kubernetes' Pod Security Standard "restricted" has it: no root, no capabilities and none to be gained, and the
seccomp profile RuntimeDefault, of which this has what matters to a sandbox: no namespaces, no mounts. Landlock and
seccomp filters of one's own stand. Root becomes `NOBODY` first; it stays what it is, without capabilities, where
nobody can't reach the command (an interpreter under root's home), and says so. Anyone else stays who they are.
"""

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

NOBODY = 65534

_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_CAPABILITY_VERSION_3 = 0x20080522
_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
_REFUSED = """
    unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
    bpf perf_event_open userfaultfd keyctl add_key request_key open_by_handle_at swapon swapoff reboot
    init_module finit_module delete_module kexec_load
"""

# It must be able to start itself again, and to import what the tests do.
_FIT = """
import subprocess, sys, pyarrow, pydantic, pyseccomp, pytest
subprocess.run([sys.executable, "-c", ""], check=True)
sys.exit(str(sys.version_info[:2]) != sys.argv[1])
"""


@cache
def python_in_pod() -> str | None:
    """An interpreter of this version that the pod's user can run with these packages; None where there is none."""
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        if _reachable(python):
            command = in_pod([python, "-c", _FIT, f"{sys.version_info[:2]}"])
            if subprocess.run(command, env=environment(), cwd="/", capture_output=True, check=False).returncode == 0:
                return python
    return None


def in_pod(command: list[str]) -> list[str]:
    """The command that runs `command` there."""
    return [sys.executable, __file__, *command]


def environment() -> dict[str, str]:
    """Environment in which any interpreter of this version finds this repository and these packages."""
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    path = ":".join([str(Path(__file__).parents[2]), *packages])
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def _enter(command: list[str]) -> None:
    rules = _rules()  # Afterwards this interpreter's own library may be out of reach.
    become_nobody = os.geteuid() == 0 and _reachable(command[0])
    if os.geteuid() == 0:
        if not become_nobody:
            print(f"nobody can't run {command[0]}: it runs as root, without capabilities", file=sys.stderr)
        _drop_bounding_set()
    if become_nobody:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _drop_capabilities()
    _check(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    rules.load()


def _reachable(command: str) -> bool:
    """Whether nobody may execute it: asked of the kernel, by a process that is nobody."""
    path = shutil.which(command)
    if path is None:
        return False
    if os.geteuid() != 0:
        return os.access(path, os.X_OK)
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        os._exit(not os.access(path, os.X_OK))
    return os.waitpid(pid, 0)[1] == 0


def _drop_bounding_set() -> None:
    prctl = ctypes.CDLL(None).prctl
    for capability in range(64):
        if prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            break


def _drop_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(ctypes.CDLL(None, use_errno=True).capset(header, nothing), "capset")


def _check(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), what)


def _rules() -> Any:
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in _REFUSED.split():
        # Calls that this architecture or libseccomp doesn't know have a number below zero.
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(seccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for flag in _NAMESPACES:
        rules.add_rule(seccomp.ERRNO(errno.EPERM), "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    return rules


if __name__ == "__main__":
    _enter(sys.argv[1:])
    os.execvp(sys.argv[1], sys.argv[1:])
