# Shows: numpy, where it is installed for the interpreter.
# Arguments: (4,)
# Result: [6, 2.0, [[19, 22], [43, 50]]]
import numpy as np


def solve(n):
    product = np.array([[1, 2], [3, 4]]) @ np.array([[5, 6], [7, 8]])
    return [int(np.arange(n).sum()), float(np.linalg.norm(np.ones(n))), product.tolist()]
