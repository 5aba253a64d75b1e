# Tries: to shut both directions of its channel, so that whoever writes or reads there fails, and to stay.
# Mode: calls
# Outcome: timeout or failed
import socket
import time


def solve(x, world):
    socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)
    time.sleep(100)
