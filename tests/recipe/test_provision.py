"""What a pipeline's tasks are provided with is what a recipe asks for, or the first of them says so."""

from typing import Any

import pytest

from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.recipe.provision import KEYLESS, Provision

CLUSTER = {"cluster": {"queue": "team-a", "pools": {"train": {"memory": "8Gi"}}}}


@pytest.mark.parametrize(
    "overrides",
    [{}, CLUSTER, CLUSTER | {"cluster.host": "http://kfp", "cluster.pools.train.accelerators": 0}],
    ids=["none", "the same", "another address, and a default"],
)
def test_a_recipe_may_ask_of_the_cluster_what_its_pipeline_was_compiled_with(overrides: dict[str, Any]) -> None:
    Provision.of(load_recipe("miniature", CLUSTER)).require(load_recipe("miniature", overrides))


@pytest.mark.parametrize("compiled", [{}, CLUSTER], ids=["nothing", "a section"])
@pytest.mark.parametrize("asked", [{"queue": "team-b"}, {"pools": {"train": {"memory": "9Gi"}}}], ids=["queue", "pool"])
def test_it_may_ask_nothing_else(compiled: dict[str, Any], asked: dict[str, Any]) -> None:
    provision = Provision.of(load_recipe("miniature", compiled))
    with pytest.raises(UserError, match=r"section cluster is not the pipeline's, .*: leave it out of recipe and overr"):
        provision.require(load_recipe("miniature", {"cluster": asked}))


def asked(**rollout: Any) -> dict[str, Any]:
    return {"rollout": {"type": "openai", "urls": ["http://vllm:8000"], **rollout}}


@pytest.mark.parametrize(
    ("compiled", "overrides"),
    [({}, asked()), (asked(key_env="OURS"), asked(key_env="OURS")), (asked(key_env="OURS"), {})],
    ids=["servers without a key", "the same key", "no servers"],
)
def test_servers_are_asked_with_the_key_that_tasks_are_told(
    compiled: dict[str, Any], overrides: dict[str, Any]
) -> None:
    Provision.of(load_recipe("miniature", compiled)).require(load_recipe("miniature", overrides))


@pytest.mark.parametrize("compiled", [{}, asked(key_env="OURS")], ids=["none", "another"])
def test_another_key_is_refused(compiled: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"rollout\.key_env is THEIRS, and .* told (that of OURS|none): leave"):
        Provision.of(load_recipe("miniature", compiled)).require(load_recipe("miniature", asked(key_env="THEIRS")))


def test_a_pool_has_no_token_that_nobody_needs() -> None:
    pool = {"type": "pool", "urls": ["http://sandbox:8080"], "token_env": KEYLESS}
    with pytest.raises(UserError, match=rf"sandbox\.token_env is {KEYLESS}, and .* told none: leave sandbox"):
        Provision().require(load_recipe("miniature", {"sandbox": pool}))
