"""The first task, cheap as it is, refuses what the command line would, and shows where the run is."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from astor.components.start import resolve_recipe
from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.run.places import Places
from astor.run.pod import POD

CHAIN = {"granularity": "segment", "links": 2}


def resolved(directory: Path, store: str, overrides: dict[str, Any], graph: dict[str, Any] = CHAIN) -> str:
    """The task's output, as KFP calls its function."""
    card = SimpleNamespace(path=str(directory / "card.md"))
    given = {"recipe": "miniature", "overrides": overrides, "store": store, "mlflow_uri": ""}
    recipe: str = resolve_recipe.python_func(**given, graph=graph, card=card)
    return recipe


def test_its_card_has_the_prefix_and_the_resolved_recipe(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    recipe = resolved(tmp_path, store, {"seed": 3})
    card, place = (tmp_path / "card.md").read_text(), Places(store, load_recipe("miniature", {"seed": 3})).uri
    assert recipe.startswith(f"{place}/recipe#")
    assert f"- Lies in `{place}`\n- Resolved recipe: `{place}/recipe`\n" in card
    assert "\nseed: 3\n" in card


STEPS = {"granularity": "step", "links": 4, "evaluate_every": 2.0}
WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "key": ({"sede": 3}, CHAIN, "sede.*seed"),
    "chain": ({"rounds": 8}, CHAIN, "4 segments of 2, and the pipeline's chain has 2"),
    "evaluations": (
        {"granularity": "step"},
        STEPS,
        r"evaluation\.every is 0, and the pipeline evaluates every 2 rounds",
    ),
    "cluster": ({"cluster.pools.train.cpu": 8}, CHAIN, "section cluster is not the pipeline's"),
    "secret": (
        {"rollout": {"type": "openai", "urls": ["http://vllm"], "key_env": "OTHER"}},
        CHAIN,
        r"rollout\.key_env is OTHER, and the pipeline's tasks are told none",
    ),
    "batch": ({"batch.prompts": 5000}, CHAIN, "A batch has 5000 prompts, and there are 120 to train on"),
    "context": (
        {"tasks.unit_tests.max_tokens": 512},
        CHAIN,
        r"unit_tests\.max_tokens is 512, and .* 512 tokens",
    ),
    "demonstrations": ({"data.prompts.demonstrations": {}}, CHAIN, "There are no demonstrations to start from"),
    "password": ({"tracking.uri": "http://me:hidden@mlflow"}, CHAIN, r"tracking\.uri is http://me:\*\*\*@mlflow"),
}


@pytest.mark.parametrize(("overrides", "graph", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_values_fail_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overrides: dict[str, Any], graph: dict[str, Any], sentence: str
) -> None:
    monkeypatch.setattr("astor.components.task.begin", lambda *_: None)  # no S3 is waited for
    with pytest.raises(UserError, match=sentence):
        resolved(tmp_path, "s3://bucket/prefix", overrides, graph)


def test_a_directory_of_its_pod_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POD, "post-training-1")
    with pytest.raises(UserError, match=f"The store {tmp_path} is a directory of this pod, which no other has"):
        resolved(tmp_path, str(tmp_path), {})


def test_a_store_that_cannot_be_written_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    with pytest.raises(UserError, match=r"The store .*/store cannot be written \(File exists\)"):
        resolved(tmp_path, str(tmp_path / "store"), {})
