def attempt(function, argument):
    try:
        return function(argument, WORLD)
    except Exception as error:
        return error


def check(candidate):
    assert attempt(candidate, attempt(candidate, 41)) == 43
