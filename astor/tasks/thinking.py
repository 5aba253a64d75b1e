"""What a policy thinks before it answers: where it begins and ends in a text."""

import re

END_OF_THINKING = "</think>"

_BEGINNING = re.compile(r"(?:^|(?<=```)|(?<=</think>))[ \t]*<think>", re.MULTILINE)
"""As models write it; elsewhere in a line it is a text that the answer holds."""
_END = re.compile(r"^[ \t]*</think>|</think>(?![\"'\\])", re.MULTILINE)
"""As models write it; before a quotation mark or a backslash it is part of a program's string."""
_BEGUN = re.compile(r"<think>\s*\Z")


def after_thinking(text: str) -> str | None:
    """An answer without its thinking: what follows the last of it, stripped; None where that does not end.

    What stands before a `</think>` is thinking without a `<think>` too, as in vLLM's parser for DeepSeek-R1. A text
    without thinking is left as it is.
    """
    place = max((end.end() for end in _END.finditer(text)), default=0)
    while begun := _BEGINNING.search(text, place):
        end = text.find(END_OF_THINKING, begun.end())
        if end < 0:
            return None
        place = end + len(END_OF_THINKING)
    return text[place:].strip() if place else text


def begun_thinking(prompt: str) -> str:
    """The `<think>` that a prompt ends in, with the white space around it; empty where it ends in none."""
    begun = _BEGUN.search(prompt)
    return begun[0] if begun else ""
