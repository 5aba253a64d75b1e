"""What prompts of all tasks have in common: how they are called, how a question ends, and what is drawn for an item."""

from astor.records import Item, Message
from astor.storage import digest_bytes


def prompt_id(key: str, kind: str, item_id: str) -> str:
    """Identifier of the first prompt that the task `key` makes of an item, of one kind."""
    return "/".join([key, *([kind] if kind else []), item_id])


def stands_beside(prompt_id: str) -> str:
    """Identifier of the prompt beside which a further one of the same item and kind stands."""
    return prompt_id.rpartition("/")[0]


def user_turn(question: str) -> Message:
    """A question as a turn. White space at its end is cut: a prompt that ends in it costs a small model most of its
    answers."""
    return Message(role="user", content=question.rstrip())


def place_in(item: Item, length: int, salt: str = "") -> int:
    """An index below `length` that depends on the item's identifier alone; another `salt` gives an independent one."""
    return int(digest_bytes(f"{salt}{item.id}".encode())[:8], 16) % length
