# Tries: to become another user, or more of the one that it is.
# Mode: calls
# Outcome: passed
# Claims: refused
import errno
import os


def attempt(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def solve(x, world):
    return {
        "setuid": attempt(lambda: os.setuid(0)),
        "setuid to itself": attempt(lambda: os.setuid(os.getuid())),
        "seteuid": attempt(lambda: os.seteuid(0)),
        "setreuid": attempt(lambda: os.setreuid(0, 0)),
        "setresuid": attempt(lambda: os.setresuid(0, 0, 0)),
        "setgid": attempt(lambda: os.setgid(0)),
        "setresgid": attempt(lambda: os.setresgid(0, 0, 0)),
        "setgroups": attempt(lambda: os.setgroups([0])),
    }
