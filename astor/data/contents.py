"""What lies where options point, as a digest: it is the same wherever it was copied to."""

from collections.abc import Iterable
from pathlib import Path

from astor.records import MANIFEST
from astor.storage import digest_bytes, digest_json, known_digest, locate


def digest_place(place: str | Path) -> str:
    """Digest of the file or directory at a local path, or at an `s3://` URI; empty where nothing is there.

    The name counts, for items are called after it. Of a directory that is prepared the manifest alone counts, which has
    the digests of the rest.
    """
    store, key = locate(str(place))
    try:
        return digest_bytes(store.read(f"{key}/{MANIFEST}"))
    except (FileNotFoundError, NotADirectoryError):
        path = Path(place)
    files = path.rglob("*") if path.is_dir() else [path]
    return digest_paths(path, files)


def digest_paths(root: Path, paths: Iterable[Path]) -> str:
    """Digest of `root`'s name, and of the names and bytes of those `paths` in it that are files and not hidden."""
    name = root.resolve().name
    files = {
        path.relative_to(root).as_posix(): known_digest(path)
        for path in paths
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    }
    return digest_json([name, files]) if files else ""
