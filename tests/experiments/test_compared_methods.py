"""Methods: every packaged one changes a recipe that still is one; a slip is one sentence."""

from importlib.resources import files
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.experiments.comparison import Comparison
from astor.experiments.methods import load_method, load_methods, parse_method
from astor.recipe.load import read_recipe

PACKAGED = sorted(Path(file.name).stem for file in (files("astor.recipes") / "methods").iterdir())


def comparison(*names: str, recipe: str = "miniature", rounds: int = 4, **changes: object) -> Comparison:
    asked = {"seeds": (0,), "budget": {"prompts": 32}} | changes
    value = read_recipe(recipe) | {"rounds": rounds}
    return Comparison("mine", "store", value, load_methods(names), **asked)  # type: ignore[arg-type]


def test_every_packaged_method_makes_another_run_of_a_recipe() -> None:
    made = comparison(*PACKAGED, recipe="levels", budget={"prompts": 640})
    recipes = [made.place(cell).recipe for cell in made.cells() if not cell.needs]
    assert len({recipe.digest for recipe in recipes}) == len(recipes)


def test_a_file_of_one_s_own_is_a_method(tmp_path: Path) -> None:
    (tmp_path / "gentle.yaml").write_text("scheduler.kl_coefficient: 0.5\n")
    method = load_method(str(tmp_path / "gentle.yaml"))
    assert (method.name, method.overlay) == ("gentle", {"scheduler": {"kl_coefficient": 0.5}})
    (cell,) = Comparison("mine", "store", read_recipe("miniature"), [method], (7,), {}).cells()
    recipe = Comparison("mine", "store", read_recipe("miniature"), [method], (7,), {}).place(cell).recipe
    assert (recipe.scheduler.kl_coefficient, recipe.seed, recipe.rounds) == (0.5, 7, 4)


def test_a_specialist_s_run_trains_its_task_alone() -> None:
    made = comparison("specialists_split", budget={"prompts": 64})
    recipes = [made.place(cell).recipe for cell in made.cells()]
    assert [recipe.scheduler.tasks for recipe in recipes] == [(task,) for task in recipes[0].tasks]
    assert {recipe.budget.prompts for recipe in recipes} == {16}
    assert {recipe.rounds for recipe in recipes} == {2}


def test_a_recipe_s_own_budget_and_rounds_are_divided_too() -> None:
    value = read_recipe("miniature") | {"budget": {"prompts": 64}, "rounds": 8}
    made = Comparison("mine", "store", value, load_methods(["uniform", "specialists_split"]), (0,), {})
    recipes = [made.place(cell).recipe for cell in made.cells()]
    assert [(recipe.budget.prompts, recipe.rounds) for recipe in recipes] == [(64, 8), *[(16, 2)] * 4]
    assert made.length == {"prompts": 64, "rounds": 8}
    assert comparison("uniform").length == {"prompts": 32}
    assert comparison("uniform", budget={}).length == {"rounds": 4}


def test_merges_stand_behind_the_specialists_that_they_share() -> None:
    cells = comparison("merge_ties", "merge_average", "specialists").cells()
    assert [cell.method for cell in cells] == [*["specialists"] * 4, "merge_ties", "merge_average"]
    assert {cell.needs for cell in cells if cell.needs} == {tuple(cells[:4])}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (["uniform"], "holds a list, not a mapping"),
        ({"method": {"merge": "ties"}}, "method.merge needs the runs that are merged"),
        ({"method": {"per_task": "whole"}, "training.epochs": 2}, "m.yaml: method.per_task .* nothing says TASK"),
        ({"method": {"merge": "tie", "per_task": "whole"}}, "method.merge is 'tie': did you mean 'ties'"),
    ],
)
def test_what_is_no_method_is_told(value: object, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        parse_method("m", value, "m.yaml")


def test_a_method_that_does_not_exist_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UserError, match="There is no method 'unifrom': did you mean 'uniform'"):
        load_methods(["astor", "unifrom"])


@pytest.mark.parametrize(
    ("names", "changes", "sentence"),
    [
        (("astor", "astor"), {}, "Two methods are called 'astor'"),
        ((), {}, "There is nothing to compare"),
        (("astor",), {"seeds": (1, 2, 1)}, "The seed 1 stands twice"),
        (("astor",), {"seeds": ()}, "There is no seed"),
        (("astor",), {"budget": {"prompts": 7}}, "budget.prompts is 7, and one batch may take 8"),
        (("specialists_split",), {"budget": {"prompts": 16}}, "specialists_split: budget.prompts is 4, and one batch"),
        (("specialists_split",), {"budget": {}, "rounds": 2}, "specialists_split divides 2 rounds among 4 tasks"),
    ],
)
def test_what_cannot_be_compared_is_told(names: tuple[str, ...], changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        comparison(*names, **changes)


def test_methods_that_make_the_same_run_or_change_what_is_shared_are_told() -> None:
    value = read_recipe("miniature")
    same = [parse_method("a", {"scheduler": {"type": "astor"}}, "a"), parse_method("b", None, "b")]
    with pytest.raises(UserError, match="The methods a and b make the same of miniature"):
        Comparison("mine", "store", value, same, (0,), {})
    with pytest.raises(UserError, match="The method c changes data, which all that is compared shares"):
        Comparison("mine", "store", value, [parse_method("c", {"data.prompts.train": 9}, "c")], (0,), {})


def test_runs_and_scores_that_would_have_one_name_are_told() -> None:
    value = read_recipe("miniature")
    methods = [load_method("specialists"), parse_method("specialists-unit_tests", {"training.epochs": 2}, "own")]
    with pytest.raises(UserError, match="Two runs would be called specialists-unit_tests-0"):
        Comparison("mine", "store", value, methods, (0,), {})
    value["tasks"] = {"mean": {"type": "io_prediction"}, "unit_tests": {}}
    with pytest.raises(UserError, match="The task mean is called like"):
        Comparison("mine", "store", value, load_methods(["uniform"]), (0,), {})
