# Shows: what programs do that recurse deeply: limits kept or lowered, the stack's raised, and a thread with a large one.
# Arguments: (20_000,)
# Result: [20_000, 20_000, True, ["ValueError", "ValueError"]]
import resource
import sys
import threading


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def tried(limit, values):
    try:
        resource.setrlimit(limit, values)
    except (ValueError, OSError) as error:
        return type(error).__name__
    return ""


def solve(n):
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    assert tried(resource.RLIMIT_STACK, (soft, hard)) == ""
    assert tried(resource.RLIMIT_STACK, (hard, hard)) == ""
    assert tried(resource.RLIMIT_STACK, [min(1 << 28, hard) if hard > 0 else 1 << 28, hard]) == ""
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE):
        assert tried(limit, resource.getrlimit(limit)) == ""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    lowered = tried(resource.RLIMIT_AS, (soft - (1 << 20), hard - (1 << 20))) == ""
    raised = [tried(resource.RLIMIT_AS, (soft, hard)), tried(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20))]
    sys.setrecursionlimit(10 * n)
    found = [depth(n)]
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=lambda: found.append(depth(n)))
    thread.start()
    thread.join()
    return [*found, lowered, raised]
