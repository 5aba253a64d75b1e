"""LoRA adapters: a server with their base loads each by a name that means it alone."""

from pathlib import Path

import httpx

from astor.errors import UserError
from astor.records import PolicyCard
from astor.rollout.engine import short
from astor.rollout.engines.openai_server import call, models


async def load_adapter(
    client: httpx.AsyncClient, url: str, key_env: str, directory: Path, adapter: PolicyCard, name: str, previous: str
) -> None:
    """Have the server, whose key is in `key_env`, load the adapter as `name`, and forget the `previous` one, if any.

    Raises:
        UserError: the server has another base, or cannot load it.
    """
    cards = await models(client, url, key_env)
    bases = [str(card.get("id")) for card in cards if not card.get("parent")]
    assert adapter.base is not None, "an adapter has a base"
    if not any(adapter.base.is_called(base) for base in bases):
        raise UserError(
            f"The adapter {short(name)} belongs to {short(adapter.base.digest)}, and the server {url} has "
            f"{', '.join(map(short, bases))}: start it with --served-model-name {adapter.base.digest}."
        )
    if name in (card.get("id") for card in cards):
        return
    response = await call(
        client, "POST", f"{url}/v1/load_lora_adapter", {"lora_name": name, "lora_path": str(directory)}
    )
    if response.status_code != 200:
        raise UserError(
            f"The server {url} cannot load the adapter {short(name)} ({response.status_code}, {response.text[:300]}): "
            "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and with --max-lora-rank where "
            "the adapter's is above 16."
        )
    if previous in {card.get("id") for card in cards if card.get("parent")}:
        await call(client, "POST", f"{url}/v1/unload_lora_adapter", {"lora_name": previous})
