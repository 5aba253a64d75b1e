"""vLLM reads a policy's files into the weights that it has, and its checksums show that it did."""

import asyncio
from pathlib import Path

import httpx

from astor.errors import UserError
from astor.rollout.engines.openai_server import LostError, call
from astor.rollout.engines.weight_sums import differing

FIRST = "default"
"""What vLLM calls the version of the weights that it was started with."""
UNPROVEN = "unproven"
"""Until the checksums were compared, so that a server which stops half-way passes for no policy."""


async def weight_version(client: httpx.AsyncClient, url: str) -> str | None:
    """What was read into the weights since the server was started; None where nothing was, or it does not say."""
    response = await call(client, "GET", f"{url}/weight_info")
    version = response.json().get("weight_version") if response.status_code == 200 else None
    return None if version in (None, FIRST) else str(version)


async def reload_weights(client: httpx.AsyncClient, url: str, directory: Path, digest: str) -> None:
    """Have the server read the policy in `directory`, and call its weights by the digest once they are proven.

    Raises:
        UserError: it cannot, or holds other weights afterwards.
    """
    version = f"{url}/update_weight_version"
    await _post(client, version, {"new_version": UNPROVEN})
    read = {"method": "reload_weights", "kwargs": {"weights_path": str(directory)}}
    await _post(client, f"{url}/collective_rpc", read)
    await _post(client, f"{url}/reset_prefix_cache", None)
    await require_same_weights(client, url, directory)
    await _post(client, version, {"new_version": digest})


async def require_same_weights(client: httpx.AsyncClient, url: str, directory: Path) -> None:
    """UserError where the checksums of the server's weights are not those of the policy in `directory`."""
    response = await _post(client, f"{url}/weight_checker", {"action": "checksum"})
    sums: dict[str, str] = response.json()["checksums"]
    if wrong := await asyncio.to_thread(differing, directory, sums):
        raise UserError(
            f"{len(wrong)} of the {len(sums)} tensors that the server {url} computes with are not, or not provably, "
            f"those of the policy's files, as {wrong[0].rpartition(':')[2]} (on CPUs vLLM packs them, and does not "
            "reload them all): set rollout.hand_over: restart."
        )


async def _post(client: httpx.AsyncClient, url: str, body: object) -> httpx.Response:
    try:
        response = await call(client, "POST", url, body)
    except LostError as error:
        raise UserError(f"The weights could not be read in place ({error}): look into the server's log.") from error
    if response.status_code == 404:
        raise UserError(
            f"{url} is not there, and weights are read in place by it: start vLLM 0.32 or later with "
            "VLLM_SERVER_DEV_MODE=1, or set rollout.hand_over."
        )
    if response.status_code != 200:
        raise UserError(f"The weights could not be read in place ({url}: {response.text[:300]}).")
    return response
