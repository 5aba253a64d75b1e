"""What a policy began as, for its model card. No torch."""

from pathlib import Path
from typing import NamedTuple

import yaml

README = "README.md"


class BaseModel(NamedTuple):
    """A model that others are made from."""

    told: str
    """In words."""
    hub: str = ""
    """Its name on Hugging Face's hub; empty where it is not known to have one."""
    licence: str = ""
    """As Hugging Face writes licences, as `apache-2.0`; empty where it is not known."""


def licence_of(directory: Path) -> str:
    """The licence that the model card in a directory names in its header; empty where it names none."""
    try:
        _, header, _ = (directory / README).read_text().split("---\n", 2)
        found = yaml.safe_load(header)
    except (OSError, ValueError, yaml.YAMLError):
        return ""
    licence = found.get("license") if isinstance(found, dict) else None
    return licence if isinstance(licence, str) else ""
