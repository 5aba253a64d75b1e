"""LoRA adapters: a server with their base loads each by its digest as its name."""

import json
from pathlib import Path

import httpx

from astor.errors import UserError
from astor.records import PolicyCard
from astor.rollout.engine import short
from astor.rollout.engines.openai_server import call, models

CONFIG = "adapter_config.json"


def base_directory(directory: Path, adapter: PolicyCard) -> Path:
    """Where the base of an adapter lies, as peft notes it beside the adapter. UserError where it is not there."""
    path = directory / CONFIG
    noted = str(json.loads(path.read_text()).get("base_model_name_or_path") or "") if path.is_file() else ""
    if not noted or not (Path(noted) / "config.json").is_file():
        raise UserError(
            f"The base {short(str(adapter.base))} of an adapter is not at {noted or 'any place'}, which the adapter's "
            f"{CONFIG} names: start a server with it and give its address as rollout.urls."
        )
    return Path(noted)


async def load_adapter(
    client: httpx.AsyncClient, url: str, directory: Path, adapter: PolicyCard, name: str, previous: str
) -> None:
    """Have the server load the adapter as `name`, and forget the `previous` one, if any.

    Raises:
        UserError: the server has another base, or cannot load it.
    """
    cards = await models(client, url, "")
    bases = [str(card.get("id")) for card in cards if not card.get("parent")]
    if adapter.base is not None and adapter.base not in bases:
        raise UserError(
            f"The adapter {short(name)} belongs to {short(adapter.base)}, and the server {url} has "
            f"{', '.join(map(short, bases))}: start it with --served-model-name {adapter.base}."
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
