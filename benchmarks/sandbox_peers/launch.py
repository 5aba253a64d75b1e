"""Stands in for the product's launcher, in a benchmark alone: becomes a zygote that finds no Landlock."""

import sys
from types import ModuleType

if __name__ == "__main__":
    root = __file__.rpartition("/benchmarks/")[0]
    for name in ("astor", "astor.sandbox", "astor.sandbox.inside"):
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [f"{root}/{name.replace('.', '/')}"]

    from astor.sandbox.inside import landlock
    from astor.sandbox.inside.zygote import main

    landlock.landlock_version = lambda: 0
    main()
