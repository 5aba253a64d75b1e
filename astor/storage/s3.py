"""An S3 bucket as a store, through boto3.

Credentials and endpoint come from boto3's own chain (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_ENDPOINT_URL_S3`, profiles, instance roles); retries are botocore's `standard` mode. An endpoint that has answered
is waited for when it is away; one that never has is a mistake, and told at once.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from astor.errors import UserError
from astor.storage.atomic import replacing
from astor.storage.damage import find_damage
from astor.storage.store import Entry
from astor.waiting import waiting

PATIENCE = 180.0
"""Seconds for which an endpoint is waited for. Our choice: two minutes, and a restart."""
T = TypeVar("T")
_answered: set[str] = set()
"""Endpoints that are known to be there."""


@cache
def s3_client() -> Any:
    """The client of this process."""
    import boto3
    from botocore.config import Config

    retries = {"mode": "standard", "max_attempts": 4}
    return boto3.client("s3", config=Config(retries=retries, connect_timeout=5, read_timeout=60))


def wait_for_s3() -> None:
    """From now on wait for S3, though it never answered this process: other steps of the run have used it."""
    _answered.add(s3_client().meta.endpoint_url)


class S3Store:
    """Keys below `s3://bucket/prefix`. Fetched directories are kept under the user's cache, by digest."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, prefix
        with self._explained():
            self.client = s3_client()

    def reach(self) -> None:
        """UserError unless an S3 server answers, which has the bucket, and lets it be listed."""
        self._ask("", lambda name: self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1))

    def read(self, key: str) -> bytes:
        def get(name: str) -> bytes:
            data: bytes = self.client.get_object(Bucket=self.bucket, Key=name)["Body"].read()
            return data

        return self._ask(key, get, absent=("NoSuchKey",))

    def file(self, key: str) -> Path:
        def head(name: str) -> str:
            tag: str = self.client.head_object(Bucket=self.bucket, Key=name)["ETag"]
            return tag.strip('"')

        tag = self._ask(key, head, absent=("404",))
        whole = Path(self._key(key))
        path = self._cache() / whole.parent / f".{tag}" / whole.name
        if not path.is_file():
            with replacing(path) as draft:
                self._download(key, draft)
        return path

    def create(self, key: str, data: bytes) -> bool:
        from botocore.exceptions import ClientError

        def put(name: str) -> bool:
            try:
                self.client.put_object(Bucket=self.bucket, Key=name, Body=data, IfNoneMatch="*")
            except ClientError as error:
                if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
                    return False
                raise
            return True

        return self._ask(key, put)

    def replace(self, key: str, data: bytes) -> None:
        self._ask(key, lambda name: self.client.put_object(Bucket=self.bucket, Key=name, Body=data))

    def keys(self, prefix: str) -> list[str]:
        return list(self.entries(prefix))

    def entries(self, prefix: str) -> dict[str, Entry]:
        root = f"{self.prefix}/" if self.prefix else ""
        below = f"{root}{prefix}/" if prefix else root

        def listed(name: str) -> dict[str, Entry]:
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=below)
            found = [one for page in pages for one in page.get("Contents", [])]
            return {
                one["Key"].removeprefix(root): Entry(one["Size"], one["LastModified"].timestamp())
                for one in sorted(found, key=lambda one: one["Key"])
            }

        return self._ask(prefix, listed)

    def remove(self, prefix: str) -> None:
        for key in [prefix, *self.keys(prefix)]:
            self._ask(key, lambda name: self.client.delete_object(Bucket=self.bucket, Key=name))

    def draft(self, prefix: str) -> Path:
        return Path(tempfile.mkdtemp(prefix="astor-draft-"))

    def publish(self, directory: Path, prefix: str) -> None:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                self._upload(path, f"{prefix}/{path.relative_to(directory).as_posix()}")
        shutil.rmtree(directory)

    def fetch(self, prefix: str, files: dict[str, str]) -> Path:
        target = self._cache() / self._key(prefix)
        for name, digest in files.items():
            if find_damage(target, {name: digest}):
                with suppress(FileNotFoundError), replacing(target / name) as draft:
                    self._download(f"{prefix}/{name}", draft)
        return target

    def _download(self, key: str, path: Path) -> None:
        self._ask(key, lambda name: self.client.download_file(self.bucket, name, str(path)), absent=("404",))

    def _upload(self, path: Path, key: str) -> None:
        self._ask(key, lambda name: self.client.upload_file(str(path), self.bucket, name))

    def _cache(self) -> Path:
        return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "astor" / "s3" / self.bucket

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def _ask(self, key: str, request: Callable[[str], T], absent: tuple[str, ...] = ()) -> T:
        """What `request` gives for the key's whole name, as soon as there is an answer.

        `absent`: codes that say that there is nothing at the key, which is a FileNotFoundError. A web server that is
        no S3 answers 404 to whatever it is asked, and is not taken for an empty bucket.
        """
        endpoint = self.client.meta.endpoint_url
        patient = waiting(_is_away, PATIENCE if endpoint in _answered else 0)
        with self._explained(key, absent):
            answer: T = patient(request, self._key(key))
        _answered.add(endpoint)
        return answer

    @contextmanager
    def _explained(self, key: str = "", absent: tuple[str, ...] = ()) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

        where = f"s3://{self.bucket}/{self._key(key)}"
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"] or error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code in absent:
                raise FileNotFoundError(where) from error
            if code == "NoSuchBucket":
                raise UserError(
                    f"There is no bucket {self.bucket} for {where}: create it, or name another --store."
                ) from error
            raise UserError(
                f"S3 refused {where} ({code}): check the bucket, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ) from error
        except NoCredentialsError as error:
            raise UserError(
                f"There are no credentials for {where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile."
            ) from error
        except (BotoCoreError, Boto3Error) as error:
            raise UserError(
                f"S3 cannot be reached for {where} ({error}): check AWS_ENDPOINT_URL_S3 and the credentials."
            ) from error


def _is_away(error: BaseException) -> bool:
    """Whether nobody answers, or somebody who is not ready to."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

    if isinstance(error, Boto3Error) and error.__context__ is not None:
        error = error.__context__  # What the transfer of a file met.
    if isinstance(error, ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (500, 502, 503, 504)
    return isinstance(error, ConnectionError | HTTPClientError | IncompleteReadError)
