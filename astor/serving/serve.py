"""An endpoint on this machine."""

from collections.abc import Callable
from pathlib import Path

import uvicorn

from astor.listening import Server, listen
from astor.policies.policy import load_policy
from astor.records import PolicyCard
from astor.serving.app import create_app
from astor.storage import digest_directory


def serve(policy_directory: Path, host: str, port: int, model_name: str, announce: Callable[[str], None]) -> None:
    """Answer under `http://HOST:PORT/v1` until the process is interrupted; port 0 takes a free one.

    `announce` gets http://HOST:PORT once requests are answered. What is told of the policy is the digest of its files
    as they are, whatever a card among them says.

    Raises:
        UserError: the directory holds no policy, or the address cannot be had.
    """
    with listen(host, port) as listener:
        digest, policy = digest_directory(policy_directory), load_policy(policy_directory)
        if policy.ref.digest != digest:
            policy.card = PolicyCard(digest=digest, origin=digest, round=0, recipe_digest="")
        app = create_app(policy, model_name)
        config = uvicorn.Config(app, log_level="info", timeout_graceful_shutdown=5)
        Server(config, announce).run(sockets=[listener])
