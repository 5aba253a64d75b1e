"""`astor evaluate` as people run it, the names that a model goes by, and what is told of mistakes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from astor.cli.evaluate import evaluate_models
from astor.cli.main import app
from astor.cli.model import find_model
from astor.errors import UserError
from astor.policies.policy import save_policy
from astor.registry.claims import DIGEST
from astor.registry.connection import connect
from astor.registry.models import LINEAGE, POLICY
from astor.steps.initialise import make_policy
from astor.storage import Attempt, PolicyRef, committed
from astor.training.first_policy import HuggingFaceOptions
from tests.given_answers import policy_that_says

FUNCTION = {"entry": "f", "source": "def f(x):\n    return x + 1", "calls": [{"args": [6], "expected": 7}]}
SUITE = """
name: ours
about: What f returns.
source: {type: jsonl, path: functions.jsonl}
tasks: {io_prediction: {kinds: [output], max_tokens: 4}}
samples: 3
measures: [pass@1]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy that says 7 and one that says 8, a suite, and its data."""
    directory = tmp_path_factory.mktemp("evaluate")
    for answer in "78":
        (directory / f"says-{answer}").mkdir()
        save_policy(policy_that_says([answer]), directory / f"says-{answer}", "")
    (directory / "ours.yaml").write_text(SUITE)
    (directory / "data").mkdir()
    lines = [FUNCTION | {"source": f"def f(x):\n    return x + 1 + {n} - {n}"} for n in range(3)]
    (directory / "data" / "functions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return directory


def test_two_models_on_ones_own_suite(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    asked = ["says-7", "--against", "says-8", "--suite", "ours.yaml", "--data", "data", "--samples", "2"]
    done = CliRunner().invoke(app, ["evaluate", *asked, "--set", "threads=1", "-o", "out"], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["mean"]["sampled"]["models"][0]["value"] == 1
    assert told["mean"]["greedy"]["difference"]["value"] == 1
    assert "Greedy, A is better than B: +1.000 on every prompt." in done.stderr
    assert "3 prompts, 2 at temperature 0.8, top-p 0.95" in done.stderr
    found = json.loads((place / "out" / "evaluation.json").read_text())
    assert [model["name"] for model in found["models"]] == ["says-7", "says-8"]
    assert (Path(place, found["suites"][0]["models"][0]["items"]) / "manifest.json").is_file()
    assert (place / "out" / "evaluation.md").read_text().startswith("# says-7 against says-8\n")
    assert (place / "out" / "evaluation.html").read_text().startswith("<!DOCTYPE html>")


@pytest.fixture
def kept(place: Path, tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRef:
    """A registered policy, in a store of its own: version 1, the challenger."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "store").mkdir()
    shutil.copy(empty_database, tmp_path / "store" / "mlflow.db")
    with Attempt("store/models/x") as attempt:
        shutil.copytree(place / "says-7", attempt.part("policy", "Policy/1"), dirs_exist_ok=True)
        attempt.commit()
    artifact = committed("store/models/x")
    digest = artifact.manifest.parts["policy"].digest
    policy = PolicyRef(digest, digest, artifact.ref)
    client = connect(f"sqlite:///{tmp_path / 'store' / 'mlflow.db'}")
    client.create_registered_model("coder")
    tags = {DIGEST: digest, LINEAGE: digest, POLICY: f"{tmp_path}/{artifact.ref}"}
    client.create_model_version("coder", str(artifact.part("policy")), tags=tags)
    client.set_registered_model_alias("coder", "challenger", "1")
    return policy


def test_a_registered_model_goes_by_alias_and_by_version(kept: PolicyRef) -> None:
    for name in ("coder@challenger", "challenger", "coder/1"):
        found = find_model(name, "store", "").policy
        assert isinstance(found, PolicyRef)
        assert found.digest == kept.digest
    found = find_model("store/models/x", "store", "").policy
    assert isinstance(found, PolicyRef)
    assert found.artifact == committed("store/models/x").ref


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("coder", "No version of coder has the alias champion in MLflow at .*; it has challenger"),
        ("coder@chalenger", "No version of coder has the alias chalenger in MLflow at .*: give coder@challenger"),
        ("coder/4", "coder has no version 4 in MLflow at .*; it has 1: give coder/1"),
        ("codar", "There is no model codar, neither a path nor in store: did you mean coder"),
        ("champion", "There is no model champion, .*registered are coder; aliases are challenger; runs are none"),
        ("store/mlflow.db", "store/mlflow.db holds no policy: name a model's directory"),
    ],
)
def test_a_name_that_means_nothing_is_told_with_what_there_is(kept: PolicyRef, name: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        find_model(name, "store", "")


def test_a_run_goes_by_its_recipe_and_rounds(miniature, tmp_path: Path, place: Path) -> None:  # type: ignore[no-untyped-def]
    run = miniature(rounds=2)
    store = run.places.root
    policy = make_policy(run, HuggingFaceOptions(path=str(place / "says-7")))
    after = make_policy(run, HuggingFaceOptions(path=str(place / "says-8")))
    run.artifacts.commit(
        run.places.at("recipe"), {}, recipe=lambda part: _write(part / "recipe.yaml", run.resolved_text)
    )
    with pytest.raises(UserError, match="has no policy yet: run its recipe first"):
        find_model(run.places.name, store, "")
    run.artifacts.commit(run.places.at("plan"), {"prompts": "p", "policy": policy.digest}, notes=lambda part: None)
    source = committed(after.committed.uri).part("policy")
    run.artifacts.commit(
        run.places.at("rounds", 2, "checkpoint"),
        {},
        policy=lambda part: shutil.copytree(source, part, dirs_exist_ok=True),
    )
    for name, meant in [("@0", policy), ("@2", after), ("", after)]:
        found = find_model(f"{run.places.name}{name}", store, "").policy
        assert isinstance(found, PolicyRef)
        assert found.digest == meant.digest
    with pytest.raises(UserError, match="has no policy after 1 rounds any more: it has those after 0, 2"):
        find_model(f"{run.places.name}@1", store, "")


def _write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.parametrize(
    ("model", "against", "data", "told"),
    [
        ("bare", "", ["data"], "The tokenizer in bare has no chat template: add one, or use another model"),
        ("says-7", "says-7", ["data"], "says-7 and says-7 are one policy: compare with another"),
        (
            "says-7",
            "",
            [],
            "There is nothing at functions.jsonl, which the suite ours reads: name the file with --data",
        ),
        ("says-7", "", ["our=data"], "--data our=data: our is no suite that reads data, did you mean 'ours'"),
    ],
)
def test_what_cannot_be_evaluated_is_one_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch, model: str, against: str, data: list[str], told: str
) -> None:
    monkeypatch.chdir(place)
    if not Path("bare").is_dir():
        shutil.copytree("says-7", "bare")
        Path("bare/chat_template.jinja").unlink(missing_ok=True)
        settings = json.loads(Path("bare/tokenizer_config.json").read_text())
        settings.pop("chat_template", None)
        Path("bare/tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(UserError, match=told):
        evaluate_models(model, against, ["ours.yaml"], data, {"threads": 1}, "store", "", None)
