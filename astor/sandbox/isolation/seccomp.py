"""The two seccomp filters, made once by the trusted side with libseccomp and installed as ready BPF.

The zygote installs the first when it starts: what an honest program needs, and the little that the zygote needs
itself; everything else gives EPERM, so that a call which a future kernel adds is refused before anyone has heard of
it. Each child installs the second on top, a short one, because installing costs with length: what the zygote needs
and no program does. A call of another architecture's table kills.
"""

import errno
import os
import socket
from functools import cache
from typing import Any, NamedTuple

_PLAIN = """
    brk madvise mmap mprotect mremap msync munmap
    access chdir close dup dup2 dup3 faccessat faccessat2 fchdir fstat fstatfs fsync getcwd getdents64
    lseek lstat newfstatat open openat pipe pipe2 pread64 preadv pwrite64 read readlink readlinkat readv stat statfs
    statx write writev
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 poll ppoll pselect6
    select
    getsockname getpeername recvfrom recvmsg shutdown
    clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time times timerfd_create timerfd_gettime
    timerfd_settime alarm getitimer setitimer pause
    rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sigaltstack
    exit exit_group futex futex_waitv get_robust_list getcpu restart_syscall rseq sched_get_priority_max
    sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_yield set_robust_list
    set_tid_address wait4 waitid
    capget getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid
    getrlimit getrusage getsid gettid getuid sysinfo umask uname
    clone kill landlock_restrict_self prlimit64 setrlimit
"""
"""Allowed with any arguments. The last line is refused again, wholly or in part, by the child's own filter."""

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)

_CLOSE_RANGE_UNSHARE = 0x2

_FCNTL = (0, 1, 2, 3, 4, 1030, 1032)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ. With F_SETOWN and F_SETSIG a program
could have the kernel send a signal in its stead."""

_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS and TIOCGWINSZ (is it a terminal?), FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""

_PRCTL = (1, 15, 16, 22, 0x53564D41)
"""PR_SET_PDEATHSIG, PR_SET_NAME, PR_GET_NAME, PR_SET_SECCOMP, PR_SET_VMA."""

_PRCTL_OF_ZYGOTE = (1, 22)

_GETSOCKOPT = (3, 4, 38, 39)
"""SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN: what Python asks of a socket. SO_PEERPIDFD would give a hold on whoever
has the other end; to set an option could make the buffers of a socket larger than a program's memory."""


class Filters(NamedTuple):
    """BPF of both filters, or empty and why there is none."""

    zygote: bytes
    child: bytes
    missing: str = ""


@cache
def filters() -> Filters:
    """Both filters for this machine."""
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError) as error:
        return Filters(b"", b"", f"{error}: install libseccomp2")
    return Filters(_zygote_filter(seccomp), _child_filter(seccomp))


def _zygote_filter(seccomp: Any) -> bytes:
    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(refuse)
    for name in _PLAIN.split():
        # An architecture without the call, or a libseccomp that doesn't know it, has a number below zero.
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(seccomp.ALLOW, name)
    # ENOSYS makes glibc fall back to clone, whose flags a filter can see.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for name, place, values in (
        ("fcntl", 1, _FCNTL),
        ("ioctl", 1, _IOCTL),
        ("prctl", 0, _PRCTL),
        ("getsockopt", 2, _GETSOCKOPT),
    ):
        for value in values:
            rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(place, seccomp.EQ, value))
    # A descriptor table for each thread (CLOSE_RANGE_UNSHARE) would give each thread the limit of descriptors anew.
    shared = seccomp.Arg(2, seccomp.MASKED_EQ, _CLOSE_RANGE_UNSHARE, 0)
    rules.add_rule(seccomp.ALLOW, "close_range", shared)
    # A stream has no addressee; a datagram could name an abstract socket of anyone.
    stream = seccomp.Arg(1, seccomp.MASKED_EQ, 0xF, int(socket.SOCK_STREAM))
    rules.add_rule(seccomp.ALLOW, "socketpair", seccomp.Arg(0, seccomp.EQ, int(socket.AF_UNIX)), stream)
    # Urgent bytes are refused: the kernel's code for them on Unix sockets was broken more than once.
    plain = seccomp.Arg(3, seccomp.MASKED_EQ, int(socket.MSG_OOB), 0)
    rules.add_rule(seccomp.ALLOW, "sendto", seccomp.Arg(4, seccomp.EQ, 0), plain)
    return _export(seccomp, rules)


def _child_filter(seccomp: Any) -> bytes:
    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in ("kill", "landlock_restrict_self"):
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(refuse, name)
    # A process may lower its own limits, as programs do that want a deep stack; the kernel lets none raise them that
    # has no capabilities. Another's may be asked for and not set.
    rules.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0), seccomp.Arg(2, seccomp.NE, 0))
    for option in _PRCTL_OF_ZYGOTE:
        rules.add_rule(refuse, "prctl", seccomp.Arg(0, seccomp.EQ, option))
    rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    for flag in _CLONE_NAMESPACES:
        rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    return _export(seccomp, rules)


def _export(seccomp: Any, rules: Any) -> bytes:
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:  # a pod may have no directory to write into
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
