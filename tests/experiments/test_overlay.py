"""An overlay on a recipe's plain data."""

from astor.experiments.overlay import filled, merged, nested

RECIPE = {
    "scheduler": {"type": "astor", "kl_coefficient": 0.08, "warm_up_rounds": 10},
    "training": {"loss": {"clip_high": 0.28}, "mini_batches": 4},
    "data": {"sources": [{"type": "procedural", "calls": 12}]},
}


def test_dotted_keys_and_nested_ones_say_the_same() -> None:
    assert nested({"a.b": 1, "a": {"c.d": 2}}) == {"a": {"b": 1, "c": {"d": 2}}}


def test_keys_are_replaced_one_by_one_and_the_recipe_stays_as_it_is() -> None:
    before = repr(RECIPE)
    result = merged(RECIPE, nested({"training.loss.clip_high": 0.2, "scheduler.warm_up_rounds": 3}))
    assert result["training"] == {"loss": {"clip_high": 0.2}, "mini_batches": 4}
    assert result["scheduler"] == {"type": "astor", "kl_coefficient": 0.08, "warm_up_rounds": 3}
    assert repr(RECIPE) == before


def test_another_type_keeps_what_every_scheduler_can_be_told() -> None:
    result = merged(RECIPE, {"scheduler": {"type": "uniform"}})
    assert result["scheduler"] == {"type": "uniform", "kl_coefficient": 0.08}


def test_the_same_type_keeps_everything_even_where_the_recipe_leaves_it_out() -> None:
    assert merged(RECIPE, {"scheduler": {"type": "astor"}}) == RECIPE
    assert merged(RECIPE, {"training": {"loss": {"type": "grpo"}}})["training"]["loss"] == {
        "clip_high": 0.28,
        "type": "grpo",
    }


def test_numbers_are_places_in_lists() -> None:
    assert merged(RECIPE, nested({"data.sources.0.calls": 9}))["data"]["sources"] == [
        {"type": "procedural", "calls": 9}
    ]


def test_a_task_stands_where_its_mark_was() -> None:
    overlay = {"scheduler": {"tasks": ["TASK"], "weights": {"TASK": 1.0}}, "name": "TASK force"}
    assert filled(overlay, "io") == {"scheduler": {"tasks": ["io"], "weights": {"io": 1.0}}, "name": "TASK force"}
