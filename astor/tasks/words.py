"""Words of texts in any script, for measures that compare texts by their words.

Words are runs of letters, digits and the marks that belong to them. Scripts that part no words by spaces (Han, kana,
Bopomofo, Thai, Lao, Khmer, Burmese, Tibetan) have none of these runs: there each character is a word, as sacrebleu's
tokenisers `zh` and `char` have it. A text without any, of emoji or punctuation alone, has its signs for words.
"""

from functools import cache
from typing import Any

_UNSPACED = "".join(
    rf"\p{{Script_Extensions={script}}}"
    for script in ("Han", "Hiragana", "Katakana", "Bopomofo", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")
)
_LETTER = r"\p{L}\p{N}\p{M}"
_CHARACTER = rf"(?:(?=[{_UNSPACED}])[\p{{L}}\p{{N}}]\p{{M}}*)"


@cache
def _pattern(text: str) -> Any:
    import regex

    return regex.compile(text)


def words(text: str) -> list[str]:
    """Words of a text, lower-cased; `_` is a letter. For ASCII, the runs of `\\w`."""
    return _words(text, "_")


def alphanumeric_words(text: str) -> list[str]:
    """Words of a text, lower-cased; `_` parts them. For ASCII, those of rouge-score's own tokeniser."""
    return _words(text, "")


def set_apart(text: str) -> str:
    """The text with spaces around each character that is a word by itself; one without such characters as it is."""
    return str(_pattern(_CHARACTER).sub(r" \g<0> ", text))


def length_in_words(text: str) -> float:
    """How long a text is: characters that are words by themselves count half a word each. Our choice: words of Chinese
    and Japanese have about two."""
    return sum(0.5 if _pattern(_CHARACTER).fullmatch(word) else 1.0 for word in words(text))


def _words(text: str, others: str) -> list[str]:
    lower = text.lower()
    run = rf"(?:(?![{_UNSPACED}])[{_LETTER}{others}])+"
    # The last are marks of no character.
    found = _pattern(rf"{_CHARACTER}|{run}|\p{{M}}+").findall(lower)
    return found or [sign for sign in lower if not sign.isspace()]
