"""`astor ask`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from astor.errors import UserError
from astor.explain import nearest

KEY_VARIABLE = "ASTOR_API_KEY"
SECONDS = httpx.Timeout(10, read=330)
"""Our choice: a little more than an endpoint by default takes before it says that an answer takes too long."""


def ask_task(name: str, file: Path | None, fields: Sequence[str], url: str) -> str:
    """The answer to what is in `file`, or on standard input, from the endpoint at `url`.

    Args:
        name: of the task; `-` stands for `_` too.
        fields: further ones, `KEY=VALUE`; what is no text is read as YAML.

    Raises:
        UserError: nothing answers there, it has no such task, refuses what it was asked, or has no answer to it.
    """
    headers = {"Authorization": f"Bearer {key}"} if (key := os.environ.get(KEY_VARIABLE, "")) else {}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=SECONDS) as client:
            task = _find(_read(client.get("/v1/tasks"), url), name, url)
            body = {task["main"]: _text(file)} | _fields(fields, task)
            answer = _read(client.post(f"/v1/tasks/{task['id']}", json=body), url)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise UserError(
            f"Nothing answers at {url} ({error}): start an endpoint with astor serve, or name another with --url or "
            "ASTOR_URL."
        ) from error
    if not answer["answer"]:
        raise UserError(f"The policy gave no answer: its text ended by {answer['finish_reason']}, and holds none.")
    return str(answer["answer"])


def _read(response: httpx.Response, url: str) -> dict[str, Any]:
    try:
        said = response.json()
        if response.is_success and isinstance(said, dict):
            return said
        reason = said["error"]["message"]
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f"{url} answers with status {response.status_code} and is no endpoint of astor serve: name one with --url."
        ) from None
    way = f" Set {KEY_VARIABLE}." if response.status_code == 401 else ""
    raise UserError(f"{reason}{way}")


def _find(listed: dict[str, Any], name: str, url: str) -> dict[str, Any]:
    tasks: dict[str, dict[str, Any]] = {task["id"]: task for task in listed["data"]}
    if not tasks:
        raise UserError(f"Nothing says on which tasks the policy at {url} was trained: serve it with --tasks RECIPE.")
    for known in (name, name.replace("-", "_")):
        if known in tasks:
            return tasks[known]
    raise UserError(f"There is no task {name} at {url}: {nearest(name, list(tasks), 'there are')}.")


def _text(file: Path | None) -> str:
    where = "standard input" if file is None else str(file)
    try:
        text = (sys.stdin.buffer.read() if file is None else file.read_bytes()).decode()
    except OSError as error:
        raise UserError(f"{where} can't be read ({error.strerror}): give a file, or pipe its content in.") from error
    except UnicodeDecodeError:
        raise UserError(f"{where} is no text in UTF-8: convert it first.") from None
    if not text.strip():
        raise UserError(f"{where} is empty: give what is asked about.")
    return text


def _fields(given: Sequence[str], task: dict[str, Any]) -> dict[str, Any]:
    known = task["schema"]["properties"]
    read: dict[str, Any] = {}
    for assignment in given:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise UserError(f"--set {assignment!r} has no value: write KEY=VALUE.")
        if key not in known:
            raise UserError(f"--set {key}: {task['id']} has no such field, {nearest(key, list(known), 'it has')}.")
        read[key] = value if known[key].get("type") == "string" else _parse(key, value)
    return read


def _parse(key: str, value: str) -> Any:
    from astor.recipe.load import parse_yaml  # What recipes are made of takes a second, and commits wait for it.

    return parse_yaml(value, f"The value of --set {key}")
