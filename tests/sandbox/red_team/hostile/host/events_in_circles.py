# Tries: to nest event queues in each other until waking one wakes all.
# Mode: calls
# Outcome: timeout or passed or failed
import os
import select


def solve(x, world):
    queues = [select.epoll() for _ in range(40)]
    for outer in queues:
        for inner in queues:
            try:
                outer.register(inner.fileno(), select.EPOLLIN | select.EPOLLET)
            except OSError:
                continue
    reader, writer = os.pipe()
    queues[0].register(reader, select.EPOLLIN)
    for _ in range(10_000):
        os.write(writer, b"x")
    return 0
