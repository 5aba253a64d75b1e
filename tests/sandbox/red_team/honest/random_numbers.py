# Shows: random numbers from a seed of its own.
# Arguments: (1,)
# Result: [0.13436424411240122, [3, 4, 5, 1, 2]]
import random


def solve(seed):
    random.seed(seed)
    first = random.random()
    numbers = [1, 2, 3, 4, 5]
    random.Random(seed).shuffle(numbers)
    return [first, numbers]
