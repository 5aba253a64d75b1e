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


_DNS_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_DOMAIN = rf"{_DNS_LABEL}(\.{_DNS_LABEL})*"
_LABEL = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_LABEL_RULE = "up to 63 letters, digits, -, _ and ., the first and the last a letter or digit"

AMOUNT = Spelling("amount of memory", r"[1-9][0-9]*(Mi|Gi|Ti)", "give a whole number and a unit, as 1536Mi for 1.5Gi")
"""KFP takes no fractions."""
QUEUE = Spelling(
    "name of a queue",
    rf"(?=.{{1,63}}$){_DOMAIN}",
    "give up to 63 lower-case letters, digits, - and ., the first and the last a letter or digit",
)
"""A LocalQueue's name, which is the value of a label too."""
QUALIFIED = Spelling(
    "qualified name",
    rf"((?=.{{1,253}}/){_DOMAIN}/)?{_LABEL}",
    f"give {_LABEL_RULE}; a domain may stand before it, as in topology.kubernetes.io/zone",
)
"""Of a label, a taint or a resource."""
VALUE = Spelling("value of a label", f"({_LABEL})?", f"give {_LABEL_RULE}")
VARIABLE = Spelling(
    "name of an environment variable",
    r"[-._a-zA-Z][-._a-zA-Z0-9]*",
    "give letters, digits, _, - and ., the first no digit",
)

_REGISTRY = r"([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?|\[[a-fA-F0-9:]+\])(:[0-9]+)?"
_PATH = r"[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
_TAG, _DIGEST = r":[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}", r"@[A-Za-z0-9_+.-]+:[0-9a-fA-F]{32,}"

IMAGE = Spelling(
    "image",
    f"({_REGISTRY}/)?{_PATH}(/{_PATH})*({_TAG})?({_DIGEST})?",
    "write REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:DIGEST, NAME in lower case",
)
"""The grammar of https://github.com/distribution/reference."""
