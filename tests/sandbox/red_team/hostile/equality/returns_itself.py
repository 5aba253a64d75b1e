# Tries: a list that contains itself.
# Mode: calls
# Outcome: passed
def solve(x, world):
    result = []
    result.append(result)
    return result
