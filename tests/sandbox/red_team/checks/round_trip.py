# Passes back what it was given, as checks of encoders and their decoders do.


def check(candidate):
    assert candidate([candidate([41], WORLD)], WORLD) == [[41]]
