def raises_type_error(action):
    try:
        action()
    except TypeError:
        return True
    return False


def check(candidate):
    money = candidate(41, WORLD)
    assert raises_type_error(lambda: money < 5)
    assert raises_type_error(lambda: money + 5)
    assert raises_type_error(lambda: bool(money))
