# Shows: a memo of its own under recursion with several arguments.
# Arguments: ('kitten sitting' * 5, 'sitting kitten' * 5)
# Result: 22
def solve(left, right):
    memo = {}

    def distance(i, j):
        if (i, j) not in memo:
            if i == 0 or j == 0:
                memo[i, j] = i + j
            else:
                other = distance(i - 1, j - 1) + (left[i - 1] != right[j - 1])
                memo[i, j] = min(other, distance(i - 1, j) + 1, distance(i, j - 1) + 1)
        return memo[i, j]

    return distance(len(left), len(right))
