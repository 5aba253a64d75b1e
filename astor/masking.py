"""Passwords in what people are shown: a URI may hold one, as `http://user:password@host`."""

import re

CREDENTIALS = re.compile(r"(?<=://)([^\s/:@]*):[^\s/]*@")
MASK = "***"


def masked(text: str) -> str:
    """`text` with the passwords of its URIs masked; the users' names stay."""
    return CREDENTIALS.sub(rf"\1:{MASK}@", text)
