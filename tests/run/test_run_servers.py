"""Servers elsewhere are not promised policies that they cannot see."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from astor.errors import UserError
from astor.run.preflight import preflight
from astor.run.run import Run
from astor.run.servers import check_servers_see_policies

ELSEWHERE = "http://192.0.2.1:8000"
"""An address for examples, which nobody has (RFC 5737)."""


@pytest.fixture
def look(miniature: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.delenv("TMPDIR", raising=False)

    def look(url: str, hand_over: str = "reload", **overrides: Any) -> None:
        rollout = {"type": "openai", "urls": [url], "hand_over": hand_over}
        check_servers_see_policies(miniature(rollout=rollout, **overrides).recipe)

    return look


def test_a_server_elsewhere_is_given_committed_policies_alone(
    look: Callable[..., None], miniature: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    rollout = {"type": "openai", "urls": [ELSEWHERE], "hand_over": "reload"}
    told = r"checkpoint_every is 2, .* in /.*, where the server http://192.0.2.1:8000 .*: set checkpoint_every: 1, or"
    with pytest.raises(UserError, match=told):
        look(ELSEWHERE)
    with pytest.raises(UserError, match=told):
        look(ELSEWHERE, "adapter", **{"training.lora": {}})
    with pytest.raises(UserError, match=told):
        preflight(miniature(rollout=rollout), writes=False)
    look(ELSEWHERE, checkpoint_every=1)
    look(ELSEWHERE, "none")
    monkeypatch.setenv("TMPDIR", "/shared/tmp")
    look(ELSEWHERE)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", socket.gethostname()])
def test_a_server_of_this_machine_sees_all(host: str, look: Callable[..., None]) -> None:
    look(f"http://{host}:8000")
