# Tries: to send descriptors to the verifier, and to hold more of them in messages than it may have open.
# Mode: calls
# Outcome: passed
# Claims: refused
import array
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
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [3, ours.fileno()]))]
    found = {
        "to the verifier": attempt(lambda: channel.sendmsg([b"!"], rights)),
        "to itself": attempt(lambda: ours.sendmsg([b"!"], rights)),
    }
    channel.detach()
    return found
