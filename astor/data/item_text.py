"""What an item says: its texts, and the words and runs of words in which overlaps are counted."""

import re
from collections.abc import Sequence

from astor.records import Commit, Conversation, Function, Item, Program
from astor.storage import digest_bytes

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def texts(item: Item) -> tuple[str, ...]:
    """The texts by which an item is known, each by itself: what is asked, and the answers that it holds.

    Tests are left out: they follow from the function, and short ones are everywhere.
    """
    if isinstance(item.content, Conversation):
        return (*_texts(item.content.problem), *(turn.content for turn in item.content.said))
    return _texts(item.content)


def _texts(content: Function | Program | Commit) -> tuple[str, ...]:
    match content:
        case Function(description=description, source=source):
            return (description, source) if source else (description,)
        case Program(description=description, solutions=solutions):
            return (description, *solutions)
        case Commit(diff=diff, message=message):
            return (message, diff)


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation: GPT-3's normal form (2005.14165, appendix C)."""
    return _WORD.findall(text.lower())


def tokens(text: str) -> list[str]:
    """Words, and every sign by itself: `x + 1` and `x - 1` differ."""
    return _TOKEN.findall(text)


def normal_form(text: str) -> str:
    """Equal for texts that differ in white space and case alone; 64 hexadecimal digits."""
    return digest_bytes(" ".join(text.lower().split()).encode(errors="surrogatepass"))


def item_form(item: Item) -> str:
    """Equal for items whose texts are all equal in normal form; 64 hexadecimal digits."""
    return digest_bytes("".join(map(normal_form, texts(item))).encode())


def runs(parts: Sequence[str], length: int) -> list[str]:
    """Runs of `length` parts, in order, each with spaces between; of fewer parts the one run that they are."""
    return [" ".join(parts[start : start + length]) for start in range(max(len(parts) - length + 1, 1))]
