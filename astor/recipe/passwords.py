"""What must not stand in a pipeline: KFP shows it to everybody who may see a run, and keeps it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from astor.errors import UserError
from astor.masking import CREDENTIALS, masked

SECRET_NAME = re.compile(
    r"((^|[_.-])(KEYS?|PASS|PWD|PAT|CREDS)"
    r"|TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRETS?|CREDENTIALS?|(API|ACCESS|PRIVATE)KEYS?)[0-9]*([_.-]|$)",
    re.IGNORECASE,
)
"""Words that are a part of a name by themselves, and words that may also end one, as in PGPASSWORD. Our choice."""


def is_secret(variable: str) -> bool:
    """Whether an environment variable is called like those that hold secrets."""
    return SECRET_NAME.search(variable) is not None


def refuse_passwords(values: Mapping[str, Any]) -> None:
    """UserError where a URI in `values`, name → plain value, holds a password."""
    for place, text in _texts(values, ""):
        if CREDENTIALS.search(text):
            raise UserError(
                f"{place} is {masked(text)}, whose password everybody could read who may see the pipeline: leave it "
                "out, and name a Kubernetes secret that holds it under cluster.secrets."
            )


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _texts(below, f"{place}.{key}".removeprefix("."))
    elif isinstance(value, list | tuple):
        for number, below in enumerate(value):
            yield from _texts(below, f"{place}.{number}")
