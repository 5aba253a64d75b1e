"""What a policy thinks before it answers: where it begins and ends in a text."""

BEGINNING_OF_THINKING = "<think>"
END_OF_THINKING = "</think>"


def after_thinking(text: str) -> str:
    """An answer without its thinking: the text after the last `</think>`, all of it where there is none."""
    return text.rpartition(END_OF_THINKING)[2].strip()
