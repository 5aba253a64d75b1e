# Tries: to call the test's function with what it should see, after what it should not.
# Mode: check
# Check: calls_back
# Outcome: failed
def solve(function, world):
    function(0)
    return function(41)
