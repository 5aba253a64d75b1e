"""LiveCodeBench's private tests: JSON in a text, pickled, compressed by zlib, in base64. Nothing of the pickle runs."""

import base64
import binascii
import io
import pickle
import zlib
from typing import Any, NoReturn

from astor.data.forms.problem import UnusableError

MOST_BYTES = 1 << 28
"""Most bytes that the tests of a problem unpack to. Our choice: a few times what the largest published ones take."""


def unpack_tests(text: str) -> str:
    """The JSON that the text packs, or which it is itself.

    UnusableError where it is packed otherwise, is larger than `MOST_BYTES`, or pickles anything but a text.
    """
    if text.lstrip().startswith(("[", "{")) or not text.strip():
        return text
    try:
        unpacker = zlib.decompressobj()
        pickled = unpacker.decompress(base64.b64decode(text), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise UnusableError("its private tests are packed in no known way") from error
    if unpacker.unconsumed_tail:
        raise UnusableError("its private tests are too large")
    try:
        found = _TextUnpickler(io.BytesIO(pickled)).load()
    except Exception as error:  # Whatever a damaged or hostile pickle makes it raise.
        raise UnusableError("its private tests are packed in no known way") from error
    if not isinstance(found, str):
        raise UnusableError("its private tests are packed in no known way")
    return found


class _TextUnpickler(pickle._Unpickler):
    """Builds plain data alone: whatever would be imported or called is refused.

    In Python, for the one in C reserves as much memory as a pickle asks for.
    """

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name} is no text")

    def persistent_load(self, name: Any) -> NoReturn:
        raise pickle.UnpicklingError("it refers to what is elsewhere")
