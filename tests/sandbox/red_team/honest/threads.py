# Shows: forty threads.
# Arguments: (40,)
# Result: list(range(40))
import threading


def solve(n):
    found = []
    threads = [threading.Thread(target=found.append, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)
