# Shows: match statements and groups of exceptions.
# Arguments: ([1, {'a': 2}],)
# Result: ['1 and 2', ['ValueError']]
def solve(data):
    match data:
        case [int(x), {"a": y}]:
            found = f"{x} and {y}"
    try:
        raise ExceptionGroup("two", [ValueError(), KeyError()])
    except* ValueError as group:
        names = [type(error).__name__ for error in group.exceptions]
    except* KeyError:
        pass
    return [found, names]
