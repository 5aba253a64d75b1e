# Tries: to hand over the bytes of a pickle, in case somebody loads them.
# Mode: calls
# Outcome: passed
import pickle


def solve(x, world):
    return pickle.dumps(x + 1)
