"""An S3 bucket as a store, through boto3.

Credentials and endpoint come from boto3's own chain (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_ENDPOINT_URL_S3`, profiles, instance roles); retries are botocore's `standard` mode.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.storage.atomic import replacing
from astor.storage.damage import find_damage


@cache
def s3_client() -> Any:
    """The client of this process."""
    import boto3
    from botocore.config import Config

    retries = {"mode": "standard", "max_attempts": 4}
    return boto3.client("s3", config=Config(retries=retries, connect_timeout=5, read_timeout=60))


class S3Store:
    """Keys below `s3://bucket/prefix`. Fetched directories are kept under the user's cache, by digest."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, prefix
        with self._explained():
            self.client = s3_client()

    def read(self, key: str) -> bytes:
        with self._explained(key):
            data: bytes = self.client.get_object(Bucket=self.bucket, Key=self._key(key))["Body"].read()
        return data

    def file(self, key: str) -> Path:
        with self._explained(key):
            tag = self.client.head_object(Bucket=self.bucket, Key=self._key(key))["ETag"].strip('"')
        whole = Path(self._key(key))
        path = self._cache() / whole.parent / f".{tag}" / whole.name
        if not path.is_file():
            with replacing(path) as draft, self._explained(key):
                self.client.download_file(self.bucket, self._key(key), str(draft))
        return path

    def create(self, key: str, data: bytes) -> bool:
        from botocore.exceptions import ClientError

        with self._explained(key):
            try:
                self.client.put_object(Bucket=self.bucket, Key=self._key(key), Body=data, IfNoneMatch="*")
            except ClientError as error:
                if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
                    return False
                raise
        return True

    def replace(self, key: str, data: bytes) -> None:
        with self._explained(key):
            self.client.put_object(Bucket=self.bucket, Key=self._key(key), Body=data)

    def keys(self, prefix: str) -> list[str]:
        root = f"{self.prefix}/" if self.prefix else ""
        below = f"{root}{prefix}/" if prefix else root
        with self._explained(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=below)
            return sorted(entry["Key"].removeprefix(root) for page in pages for entry in page.get("Contents", []))

    def remove(self, prefix: str) -> None:
        for key in [prefix, *self.keys(prefix)]:
            with self._explained(key):
                self.client.delete_object(Bucket=self.bucket, Key=self._key(key))

    def draft(self, prefix: str) -> Path:
        return Path(tempfile.mkdtemp(prefix="astor-draft-"))

    def publish(self, directory: Path, prefix: str) -> None:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                key = f"{prefix}/{path.relative_to(directory).as_posix()}"
                with self._explained(key):
                    self.client.upload_file(str(path), self.bucket, self._key(key))
        shutil.rmtree(directory)

    def fetch(self, prefix: str, files: dict[str, str]) -> Path:
        target = self._cache() / self._key(prefix)
        for name, digest in files.items():
            if find_damage(target, {name: digest}):
                key = f"{prefix}/{name}"
                with suppress(FileNotFoundError), replacing(target / name) as draft, self._explained(key):
                    self.client.download_file(self.bucket, self._key(key), str(draft))
        return target

    def _cache(self) -> Path:
        return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "astor" / "s3" / self.bucket

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    @contextmanager
    def _explained(self, key: str = "") -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        where = f"s3://{self.bucket}/{self._key(key)}"
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("NoSuchKey", "404"):
                raise FileNotFoundError(where) from error
            raise UserError(
                f"S3 refused {where} ({code}): check the bucket, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ) from error
        except BotoCoreError as error:
            raise UserError(
                f"S3 cannot be reached for {where} ({error}): check AWS_ENDPOINT_URL_S3 and the credentials."
            ) from error
