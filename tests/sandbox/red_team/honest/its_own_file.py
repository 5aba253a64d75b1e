# Shows: the name of its own file, and a coding line after a byte order mark.
# Arguments: ()
# Result: ['program.py', 'program', True, False]
# Source: "\ufeff# -*- coding: latin-1 -*-\n" + (HERE / "honest" / "its_own_file.py").read_text()
from pathlib import Path


def solve():
    path = Path(__file__)
    return [path.name, path.stem, path.resolve().is_absolute(), path.exists()]
