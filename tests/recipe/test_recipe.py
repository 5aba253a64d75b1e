"""A recipe is read whole or refused in one sentence that says what to change."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from astor.coordination.schedulers.uniform import UniformOptions
from astor.errors import UserError
from astor.recipe.load import load_recipe, parse_overrides, parse_recipe
from astor.sandbox import Limits, SandboxOptions
from astor.sandbox.pool.options import PoolOptions
from astor.training.first_policy import HuggingFaceOptions, TinyPolicyOptions

SMALL: dict[str, Any] = {
    "name": "small",
    "policy": {"type": "tiny"},
    "data": {"sources": [{"type": "procedural"}]},
    "tasks": {"io_prediction": {}, "code_generation": {"max_tokens": 20}},
}


def small(**changes: Any) -> dict[str, Any]:
    return yaml.safe_load(yaml.safe_dump(SMALL)) | changes


def test_a_recipe_joins_the_options_of_every_room() -> None:
    recipe = parse_recipe(small(scheduler={"type": "uniform"}))
    assert isinstance(recipe.policy, TinyPolicyOptions)
    assert isinstance(recipe.scheduler, UniformOptions)
    assert recipe.tasks["code_generation"].model_dump()["max_tokens"] == 20


def test_a_key_names_an_instance_and_its_type_the_task() -> None:
    tasks = {"easy": {"type": "io_prediction", "difficulties": [1]}, "io_prediction": None}
    recipe = parse_recipe(small(tasks=tasks), {"tasks.easy.max_tokens": 9})
    assert {key: (options.type, options.max_tokens) for key, options in recipe.tasks.items()} == {
        "easy": ("io_prediction", 9),
        "io_prediction": ("io_prediction", 40),
    }
    assert parse_recipe(recipe.model_dump(mode="json")) == recipe


def test_the_resolved_recipe_reads_back_as_itself() -> None:
    recipe = load_recipe("quickstart")
    text = yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False)
    assert load_recipe(text) == recipe
    assert load_recipe(text).digest == recipe.digest


def test_programs_run_here_unless_the_recipe_names_a_pool() -> None:
    assert parse_recipe(small(sandbox={"workers": 3})).sandbox == SandboxOptions(workers=3)
    pool = {"type": "pool", "urls": ["http://sandbox:8080/"], "limits": {"cpu_seconds": 1}}
    recipe = parse_recipe(small(sandbox=pool))
    assert recipe.sandbox == PoolOptions(urls=("http://sandbox:8080",), limits=Limits(cpu_seconds=1))
    assert parse_recipe(recipe.model_dump(mode="json")) == recipe


@pytest.mark.parametrize("name", ["quickstart", "mbpp", "miniature"])
def test_packaged_recipes_are_found_by_name(name: str) -> None:
    assert load_recipe(name).name == name


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"roundz": 3}, "unknown key 'roundz': did you mean 'rounds'"),
        ({"batch": {"promts": 3}}, "unknown key 'batch.promts': did you mean 'prompts'"),
        ({"rounds": "many"}, "rounds is 'many'"),
        ({"rounds": -1}, "rounds is -1"),
        ({"name": "Not A Name"}, "name is 'Not A Name'"),
        ({"tasks": {}}, "tasks"),
        ({"sandbox": {"worker": 3}}, "unknown key 'sandbox.worker': did you mean 'workers'"),
        ({"sandbox": {"type": "pol"}}, "no sandbox 'pol': did you mean 'pool'"),
        ({"sandbox": {"type": "pool"}}, "the key 'sandbox.urls' is missing"),
        ({"sandbox": {"type": "pool", "urls": ["sandbox:8080"]}}, "'sandbox:8080' is no address of a server"),
        ({"tasks": {"io_predction": {}}}, "no task 'io_predction': did you mean 'io_prediction'"),
        ({"tasks": {"io_prediction": {"max_token": 3}}}, "unknown key 'tasks.io_prediction.max_token': did you mean"),
        ({"tasks": {"easy": {}}}, "no task 'easy': known are code_generation, "),
        ({"tasks": {"easy": {"type": "io_predction"}}}, "no task 'io_predction': did you mean 'io_prediction'"),
        (
            {"tasks": {"easy": {"type": "io_prediction", "max_token": 3}}},
            "unknown key 'tasks.easy.max_token': did you",
        ),
        (
            {"tasks": {"io/easy": {"type": "io_prediction"}}},
            "'io/easy' is no key of a task: use letters",
        ),
        ({"tasks": {"all": {"type": "io_prediction"}}}, "'all' is no key of a task"),
        ({"scheduler": {"type": "astr"}}, "no scheduler 'astr': did you mean 'astor'"),
        ({"training": {"type": "troch"}}, "no update engine 'troch': did you mean 'torch'"),
        (
            {"training": {"loss": {"type": "grop"}}},
            "training.loss: there is no loss 'grop': did you mean 'grpo'",
        ),
        ({"training": {"loss": {"clip": 0.1}}}, "unknown key 'training.loss.clip': did you mean 'clip_"),
        ({"training": {"loss": {"aggregation": "mean"}}}, "aggregation is 'mean'"),
        ({"scheduler": {"type": "astor", "flor": 0.1}}, "unknown key 'scheduler.flor': did you mean 'floor'"),
        (
            {"scheduler": {"type": "fixed", "weights": {"io_predction": 1}}},
            "scheduler.weights names 'io_predction': did you mean 'io_prediction'",
        ),
        ({"scheduler": {"type": "astor", "floor": 0.7}}, "scheduler.floor is 0.7 for 2 tasks"),
        ({"scheduler": {"type": "uniform", "kl_coefficients": {"io": 1}}}, "scheduler.kl_coefficients has io: 1"),
        ({"data": {"sources": [{"type": "procedral"}]}}, "no source 'procedral': did you mean 'procedural'"),
        ({"data": {"sources": []}}, "data.sources is []: give one at least"),
        ({"data": {"sources": "jsonl"}}, "data.sources is 'jsonl': give a list"),
        ({"policy": "tiny"}, "policy: 'tiny' is a policy without its keys: write {type: tiny}"),
        (
            {"policy": {"typ": "tiny"}},
            "policy: the key 'type' is missing: known are huggingface, merge, package, registered, tiny",
        ),
        ({"batch": 3}, "batch is 3: give a mapping of keys"),
        ({"rounds": True}, "rounds is true: give a number"),
        ({"sandbox": {"workers": True}}, "sandbox.workers is true: give a number"),
        ({"granularity": "stp"}, "granularity is 'stp': did you mean 'step'"),
        ({"policy": {"type": "huge"}}, "policy"),
        (
            {"policy": {"type": "tiny", "chat": {"sistem": "x"}}},
            "unknown key 'policy.chat.sistem': did you mean 'system'",
        ),
        ({"policy": {"type": "tiny", "chat": {"thinking_tokens": 999}}}, "999, and tasks."),
        ({"batch": {"top_p": 0.9}}, "top_p is for evaluation alone, as evaluation.top_p"),
        ({"batch": {"prompts": 1}}, "1 for 2 tasks"),
        ({"rounds_per_segment": 7, "checkpoint_every": 5}, "make it a multiple of checkpoint_every, 5"),
        ({"staleness": 1}, "staleness is 1 and training.loss.importance_cap null"),
        ({"idle_rounds": 3, "granularity": "step"}, "idle_rounds end a run at a round that no pipeline knows"),
    ],
)
def test_each_mistake_is_one_sentence_that_names_the_key(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_recipe(small(**changes), where="my.yaml")
    assert str(caught.value).startswith("my.yaml: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("policy.typ=tiny", "unknown key 'policy.typ': did you mean 'type'"),
        ("policy.warm_start.step=3", "unknown key 'policy.warm_start.step': did you mean 'steps'"),
        ("data.sources.1.type=jsonl", "data.sources is a list with the places 0, and 1 is not among them"),
        ("rounds.x=3", "names no place in it: rounds is 4, and has no keys"),
        (
            "data.prompts.demonstrations={code_generaton: 10}",
            "unknown key 'data.prompts.demonstrations.code_generaton': did you mean 'code_generation'",
        ),
        (
            "data.prompts.demonstrations={io_prediction/outpt: 10}",
            "'data.prompts.demonstrations.io_prediction/outpt': did you mean 'io_prediction/output'",
        ),
        (
            "data.prompts.demonstrations={commit_message: true}",
            "data.prompts.demonstrations.commit_message is true: give a number",
        ),
        ("data.prompts.demonstrations={commit_message: -3}", "data.prompts.demonstrations.commit_message is -3"),
    ],
)
def test_nested_keys_are_named_whole_with_the_nearest_one(override: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        load_recipe("miniature", parse_overrides([override]))
    assert sentence in str(caught.value)


def test_demonstrations_of_a_task_that_a_recipe_was_narrowed_from_are_no_slip() -> None:
    recipe = load_recipe("miniature", {"tasks": {"io_prediction": {}}})
    assert "commit_message" in recipe.data.prompts.demonstrations


@pytest.mark.parametrize("name", ["minature", "recipes/minature.yaml"])
def test_a_recipe_that_is_absent_has_a_nearest_one(name: str) -> None:
    with pytest.raises(UserError, match=f"There is no recipe file {name}: did you mean miniature; packaged"):
        load_recipe(name)


@pytest.mark.parametrize("key", ["name", "policy", "data", "tasks"])
def test_a_missing_key_is_named(key: str) -> None:
    value = small()
    del value[key]
    with pytest.raises(UserError, match=f"the key '{key}' is missing"):
        parse_recipe(value)


def test_overrides_are_dotted_keys_with_yaml_values() -> None:
    overrides = parse_overrides(["rounds=7", "training.optimizer.learning_rate=1e-4", "data.sources.0.seed=5"])
    recipe = parse_recipe(small(), overrides)
    assert recipe.rounds == 7
    assert recipe.training.optimizer.learning_rate == 1e-4
    assert recipe.data.sources[0].model_dump()["seed"] == 5


def test_an_override_may_change_what_a_thing_is() -> None:
    recipe = parse_recipe(small(), {"policy": {"type": "huggingface", "path": "/models/mine"}})
    assert recipe.policy == HuggingFaceOptions(path="/models/mine")


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("rounds", "has no value"),
        ("rounds.a=3", "rounds.a"),
        ("data.sources.9.seed=1", "sources.9"),
        ("rounds.=3", "rounds."),
    ],
)
def test_an_override_that_fits_nowhere_is_refused(override: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        parse_recipe(small(rounds=3), parse_overrides([override]))


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="packaged recipes are"):
        load_recipe(str(tmp_path / "none.yaml"))
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(UserError, match="holds a list"):
        load_recipe(str(tmp_path / "list.yaml"))
    (tmp_path / "broken.yaml").write_text("a: [\n")
    with pytest.raises(UserError, match="is not YAML"):
        load_recipe(str(tmp_path / "broken.yaml"))
