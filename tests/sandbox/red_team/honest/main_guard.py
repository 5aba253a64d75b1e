# Shows: what stands behind the guard of a main program is not run.
# Arguments: ()
# Result: 1
answer = 1
if __name__ == "__main__":
    answer = 2


def solve():
    return answer
