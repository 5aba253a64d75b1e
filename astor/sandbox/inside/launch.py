"""Started by path in a new interpreter: becomes a zygote.

Placeholders for the packages keep their own initialisation, and all that it would import, out of the process that
every program is a copy of.
"""

import sys
from types import ModuleType


def placeholder(name: str, path: str) -> None:
    """Put an empty package in the place of `name`, whose modules lie at `path`."""
    package = ModuleType(name)
    package.__path__ = [path]
    sys.modules[name] = package


if __name__ == "__main__":
    here = __file__.rpartition("/")[0]
    for name in ("astor", "astor.sandbox", "astor.sandbox.inside"):
        placeholder(name, here)

    from astor.sandbox.inside.zygote import main

    main()
