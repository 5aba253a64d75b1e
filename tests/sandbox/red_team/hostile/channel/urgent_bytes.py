# Tries: out-of-band bytes, which wake a reader that finds nothing to read, and whose code in the kernel was broken
# more than once.
# Mode: calls
# Outcome: passed
# Claims: refused
import errno
import socket


def attempt(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def solve(x, world):
    channel = socket.socket(fileno=3)
    ours, theirs = socket.socketpair()
    found = {
        "send to the verifier": attempt(lambda: channel.send(b"!", socket.MSG_OOB)),
        "send": attempt(lambda: ours.send(b"!", socket.MSG_OOB)),
        "sendmsg": attempt(lambda: ours.sendmsg([b"!"], [], socket.MSG_OOB)),
    }
    channel.detach()
    return found
