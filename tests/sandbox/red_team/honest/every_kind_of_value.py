# Shows: every type that crosses, each as itself.
# Arguments: (1,)
# Result: [None, True, 1, -0.0, 1j, 'a', b'a', [1], (1,), {1}, frozenset({1}), {1: 2, 'a': (None,)}, float('inf')]
def solve(n):
    plain = [None, True, n, -0.0, 1j, "a", b"a", [n], (n,), {n}, frozenset({n}), {1: 2, "a": (None,)}]
    return [*plain, float("inf")]
