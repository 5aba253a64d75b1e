"""Suites as YAML: those that come with the package, one's own, and what is wrong with one."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.recipe.suite import Bench, Suite, load_suites, packaged_suites, recipe_of
from astor.rollout.options import OpenAIEngineOptions


def test_every_packaged_suite_is_called_as_its_file_and_becomes_a_recipe() -> None:
    suites, bench = load_suites(packaged_suites(), {})
    assert [suite.name for suite in suites] == packaged_suites()
    for suite in suites:
        recipe = recipe_of(suite, bench, "policy")
        assert recipe.rounds == 0
        assert recipe.sandbox.limits == suite.limits
        assert suite.about


def test_keys_of_a_suite_and_of_the_bench_are_told_apart() -> None:
    changes = {"samples": 20, "pass_at": [1, 10], "rollout": {"type": "openai", "urls": ["http://gpu:8000"]}}
    (suite,), bench = load_suites(["humaneval"], changes | {"block": 8})
    assert (suite.samples, suite.pass_at, bench.block) == (20, (1, 10), 8)
    assert isinstance(bench.rollout, OpenAIEngineOptions)
    assert recipe_of(suite, bench, "policy").rollout == bench.rollout


def test_answers_of_other_engines_are_kept_apart_and_those_of_other_addresses_are_not() -> None:
    _, here = load_suites(["mbpp"], {"rollout": {"type": "openai", "urls": ["http://one:8000"]}})
    _, there = load_suites(["mbpp"], {"rollout": {"type": "openai", "urls": ["http://two:8000"]}})
    assert here.deciding == there.deciding != Bench().deciding


@pytest.mark.parametrize(
    ("names", "changes", "told"),
    [
        ([], {}, "There is nothing to evaluate on: give --suite, one of commit-messages, cruxeval"),
        (["humanevl"], {}, "There is no suite humanevl: did you mean 'humaneval'"),
        (["mbpp", "mbpp"], {}, "Two suites are called mbpp: leave one out"),
        (
            ["mbpp"],
            {"pass_at": [10]},
            "mbpp: pass_at has 10, and samples is 1, of which no more are drawn: raise samples",
        ),
        (["mbpp"], {"sample": 3}, "mbpp: unknown key 'sample': did you mean 'samples'"),
        (["mbpp"], {"rollout.type": "vllm"}, "--set: rollout: there is no rollout engine 'vllm'"),
        (["mbpp"], {"block": 0}, "--set: block is 0"),
    ],
)
def test_a_mistake_is_one_sentence(names: list[str], changes: dict[str, object], told: str) -> None:
    with pytest.raises(UserError) as error:
        load_suites(names, changes)
    assert str(error.value).startswith(told)


def test_the_page_names_every_suite_and_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text()
    keys = [*Suite.model_fields, *Bench.model_fields, *packaged_suites()]
    assert [name for name in keys if f"`{name}`" not in page and f"{name}.KEY" not in page] == []


def test_a_file_of_ones_own_is_a_suite(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("name: ours\nsource: {type: procedural}\nprompts: 3\ntasks: {io_prediction: {}}\n")
    (suite,), _ = load_suites([str(path)], {})
    assert (suite.name, suite.measures) == ("ours", ("score",))
    path.write_text("- ours\n")
    with pytest.raises(UserError, match="holds a list, not a mapping of keys"):
        load_suites([str(path)], {})
