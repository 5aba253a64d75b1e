"""What programs may read: the interpreter's own library, the system's shared libraries, and declared packages."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PYTHON = os.path.realpath(sys._base_executable)  # type: ignore[attr-defined,unused-ignore]
"""The interpreter that zygotes run: this one outside its virtual environment, which holds nothing they need."""

_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")

_PACKAGES = ("*-packages", "python3*/*-packages")
"""Where packages are installed beneath a directory of libraries: site-packages, or Debian's dist-packages."""


@dataclass(frozen=True)
class Readable:
    """Files that may be read; all paths are absolute and, but for those of `links`, without symbolic links."""

    roots: tuple[str, ...]
    """Files, and directories with all beneath, but for `hidden`."""
    hidden: tuple[str, ...]
    """Directories beneath the roots where packages are installed: they may not be read."""
    packages: tuple[str, ...] = ()
    """Files and directories that may be read wherever they lie."""
    listable: tuple[str, ...] = ()
    """Directories whose packages are only found by listing them: those of namespace packages."""
    links: tuple[tuple[str, str], ...] = ()
    """Symbolic links, and their targets, by which the roots are known too."""

    def files(self) -> list[str]:
        """The same as paths that may be read with all beneath."""
        return [path for root in self.roots for path in self._parts(root)] + list(self.packages)

    def directories(self) -> list[str]:
        """The directories that `files` names only in parts: an import lists them."""
        above = (str(path) for hidden in self.hidden for path in Path(hidden).parents)
        return [*dict.fromkeys(path for path in above if path.startswith(self.roots)), *self.listable]

    def _parts(self, path: str) -> Iterator[str]:
        if path in self.hidden:
            return
        if any(hidden.startswith(path + "/") for hidden in self.hidden):
            for entry in os.scandir(path):
                yield from () if entry.is_symlink() else self._parts(entry.path)
        else:
            yield path


def readable(packages: tuple[str, ...] = (), listable: tuple[str, ...] = ()) -> Readable:
    """What may be read where `packages` and `listable` are what declared packages need."""
    # In a virtual environment the second of these is its own, unless it is told the base's.
    base = {"platbase": sys.base_exec_prefix}
    libraries = [Path(sysconfig.get_path(name, vars=base)).parent for name in ("stdlib", "platstdlib")]
    known = (*libraries, *map(Path, _SYSTEM))
    real = dict.fromkeys(str(path.resolve()) for path in known if path.exists())
    roots = [path for path in real if not any(path.startswith(other + "/") for other in real)]
    hidden = {str(found) for root in roots for pattern in _PACKAGES for found in Path(root).glob(pattern)}
    hidden |= {os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    return Readable(
        tuple(roots),
        tuple(sorted(path for path in hidden if path.startswith(tuple(root + "/" for root in roots)))),
        packages,
        listable,
        tuple((path, str(Path(path).readlink())) for path in _SYSTEM if Path(path).is_symlink()),
    )
