# Tries: to keep memory in the kernel, where no limit of the process counts it: in pipes and sockets.
# Mode: calls
# Outcome: passed
import os
import socket


def fill(writer):
    os.set_blocking(writer, False)
    taken = 0
    try:
        while True:
            taken += os.write(writer, bytes(1 << 16))
    except BlockingIOError:
        return taken


def solve(x, world):
    keep, taken = [], 0
    try:
        while True:
            keep.append(os.pipe())
            taken += fill(keep[-1][1])
            keep.append(socket.socketpair())
            taken += sum(fill(end.fileno()) for end in keep[-1])
    except OSError:
        return "little" if taken < 64 << 20 else x + 1
