# Tries: to crash the interpreter by bytecode that no compiler would write.
# Mode: calls
# Outcome: failed or passed or timeout or out_of_memory
def solve(x, world):
    code = solve.__code__.replace(co_code=bytes([100, 250] * 3 + [83, 0]), co_stacksize=0)
    return type(solve)(code, {})()
