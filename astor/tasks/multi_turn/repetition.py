"""Whether a text has begun to say the same thing over and over."""

LEAST_LENGTH = 32
TIMES = 8


def repeats_itself(text: str, least_length: int = LEAST_LENGTH, times: int = TIMES) -> bool:
    """Whether a substring of `least_length` characters or more occurs `times` times or more, each right after the last.

    The rule is Cobalt's, its regular expressions are not: this takes n log n comparisons of blocks for n characters,
    nearly all of which end at the first one.
    """
    assert times > 2, times
    return any(_has_period(text, length, times) for length in range(least_length, len(text) // times + 1))


def _has_period(text: str, length: int, times: int) -> bool:
    """Whether (times - 1) * length characters in a row each equal the one `length` places further.

    Among the blocks between multiples of `length`, so long a run covers times - 2 neighbours: it is enough to look at
    every (times - 2)th, and from there for the ends of the run.
    """
    for start in range(0, len(text) - 2 * length + 1, (times - 2) * length):
        if text.startswith(text[start : start + length], start + length):
            first, end = start, start + length
            while first > 0 and text[first - 1] == text[first - 1 + length]:
                first -= 1
            while end + length < len(text) and text[end] == text[end + length]:
                end += 1
            if end - first >= (times - 1) * length:
                return True
    return False
