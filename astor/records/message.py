"""Messages: what is said in a chat, turn by turn."""

from typing import Literal

from astor.records.record import Record


class Message(Record):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    """Who speaks."""
    content: str
    """What is said."""
