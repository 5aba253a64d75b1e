"""The sandbox behind HTTP: `astor sandbox serve` on one side, `SandboxPool` on the other.

    with SandboxPool(PoolOptions(urls=("http://sandbox-0:8080", "http://sandbox-1:8080"))) as sandbox:
        results = sandbox.run([CallsJob("def add(a, b): return a + b", "add", ((1, 2), (3, 4)))])

A server needs no privilege beyond the sandbox's own needs (`astor sandbox check`): it runs as any user, on a read-only
root file system, without a writable volume, a service account or a way out of its network.
"""
