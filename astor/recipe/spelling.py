"""How Kubernetes, and KFP before it, want what a section `cluster` names to be written."""

import re
from typing import NamedTuple


class Spelling(NamedTuple):
    """A kind of text. As a validator it returns a text that is of the kind.

    Raises:
        ValueError: it is not; the message says how to write one.
    """

    kind: str
    pattern: str
    rule: str
    """What to write."""

    def __call__(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"{text!r} is no {self.kind}: {self.rule}")
        return text


AMOUNT = Spelling("amount of memory", r"[1-9][0-9]*(Mi|Gi|Ti)", "give a whole number and a unit, as 1536Mi for 1.5Gi")
"""KFP takes no fractions."""
