# Tries: to read passwords, keys, the repository, its tests, other people's folders, and devices.
# Mode: calls
# Outcome: passed
# Claims: refused
import errno
import os


def attempt(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def solve(x, world):
    tests = world["tests"]
    root = tests.rpartition("/tests/")[0]
    paths = ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/", "/tmp", "/home", "/root", "/var/log", "/run", "/boot"]
    paths += [tests, f"{tests}/arena.py", f"{tests}/hostile", f"{tests}/../conftest.py", world["precious"]]
    paths += [root, f"{root}/pyproject.toml", f"{root}/astor/sandbox/comparison.py", f"{root}/.git/config"]
    paths += ["/var/run/secrets/kubernetes.io/serviceaccount/token", "/dev/shm", "/dev/tty", "/dev/sda", "/dev/fuse"]
    paths += ["/usr/lib/../../etc/passwd", "/proc/self/root/etc/passwd", "/dev/fd/../../etc/passwd"]
    found = {path: attempt(path) for path in paths}
    # The machine need not have them all; in a second worktree of git, `.git` is a file.
    return {name: "EACCES" if error in ("ENOENT", "ENOTDIR") else error for name, error in found.items()}
