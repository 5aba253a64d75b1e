"""Prepared directories: items that were read, cleaned and counted once, and are read as they are from then on.

`manifest.json` names the files of `items/` that count. `work/` holds notes of unfinished work, and goes with it.
`verification.sqlite` holds what the sandbox found out; it stays, for the next dataset in the same place.
"""

from astor.data.prepared.notes import Notes
from astor.data.prepared.reader import PreparedOptions, PreparedSource, read_manifest, read_part
from astor.data.prepared.resumable import ResumableWriter
from astor.data.prepared.writer import VERIFICATION, Writer

__all__ = [
    "VERIFICATION",
    "Notes",
    "PreparedOptions",
    "PreparedSource",
    "ResumableWriter",
    "Writer",
    "read_manifest",
    "read_part",
]
