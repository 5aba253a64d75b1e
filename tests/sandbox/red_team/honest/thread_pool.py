# Shows: a pool of threads, a queue and a lock.
# Arguments: (50,)
# Result: [40425, 50]
import queue
import threading
from concurrent.futures import ThreadPoolExecutor


def solve(n):
    done, lock = queue.Queue(), threading.Lock()

    def square(x):
        with lock:
            done.put(x)
        return x * x

    with ThreadPoolExecutor(8) as pool:
        return [sum(pool.map(square, range(n))), done.qsize()]
