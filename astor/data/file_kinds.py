"""What a file is, by how it begins, and what is packed in it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from astor.errors import UserError

PARQUET, ARROW_FILE, ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
"""How files of columns begin (https://parquet.apache.org/docs/file-format, https://arrow.apache.org/docs/format)."""
PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
"""How a file begins → how pyarrow calls what packed it."""
NO_RECORDS = {
    b"PK\x03\x04": "a zip archive, as workbooks of Excel are: unpack it, or save it as CSV, and name the file",
    b"SQLite format 3\x00": "an SQLite database: write its table as JSON Lines or CSV",
    b"%PDF": "a PDF document",
    b"\xfd7zXZ\x00": "packed by xz: unpack it",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it and name a file in it",
    b"Rar!": "a RAR archive: unpack it and name a file in it",
    b"\xd0\xcf\x11\xe0": "an old document of Office: save it as CSV",
    b"\x89HDF": "an HDF5 file: write its table as Parquet",
    b"ORC": "an ORC file: write its table as Parquet",
    b"Obj\x01": "an Avro file: write its records as JSON Lines",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x93NUMPY": "an array of numpy: write it as JSON Lines",
    b"\x80\x04\x95": "a pickle, which is not read, for reading it runs what it says: write its records as JSON Lines",
    b"\x80\x05\x95": "a pickle, which is not read, for reading it runs what it says: write its records as JSON Lines",
    b"\x7fELF": "a program",
    b"version https://git-lfs": "a pointer of Git LFS, not the data: run git lfs pull, or fetch the file itself",
    b"<": "HTML or XML, as a server's page in place of the data: fetch the file again",
}
"""How files begin that hold no records, and what they are with the way out."""
_LONGEST = 512
_TAR = b"ustar"
"""What stands from byte 257 on in a tar archive."""


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The file's bytes, unpacked where gzip, zstd or bzip2 packed them, whatever the file's name.

    Raises:
        UserError: the file is of a kind that holds no records.
        OSError: it cannot be read, or ends too early for how it is packed.
    """
    with pa.OSFile(str(path)) as file:
        codec = next((codec for magic, codec in PACKED.items() if _begins(file, magic)), None)
        with io.BufferedReader(pa.CompressedInputStream(file, codec) if codec else file, 1 << 16) as stream:
            head = stream.peek(_LONGEST)
            kind = next((told for magic, told in NO_RECORDS.items() if head.lstrip(b"\r\n\t ").startswith(magic)), "")
            if head[257:].startswith(_TAR):
                kind = "a tar archive: unpack it and name a file in it"
            if kind:
                raise UserError(f"{path} is {kind}.")
            yield stream


def _begins(file: pa.NativeFile, magic: bytes) -> bool:
    file.seek(0)
    found = bool(file.read(len(magic)) == magic)
    file.seek(0)
    return found
