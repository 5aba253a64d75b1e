"""A model card says what a policy is, what is known of it, and what is not known."""

from dataclasses import replace

import pytest
from example_runs import TASKS, long_run
from huggingface_hub import ModelCard

from astor.evaluation.model_card import Cost, ModelFacts, render_model_card
from astor.policies.base_model import BaseModel, licence_of
from astor.records import DataOrigin


@pytest.fixture
def facts() -> ModelFacts:
    history = long_run(2)
    return ModelFacts(
        model="astor/3",
        digest="b" * 64,
        base=BaseModel("SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0"),
        data=[DataOrigin(source="mbpp", licence="CC-BY-4.0", items=374)],
        method={"loss": "grpo"},
        rounds=8,
        held_out=history.sampled,
        promotion=history.after,
        decision=history.decision.model_copy(update={"challenger_round": 6}),
        reproduce={"recipe digest": "`abc`", "git revision": ""},
        command="astor run recipe.yaml",
        cost=Cost({"rollout": 5400.0, "update": 1800.0}, gpus=2, price=1.5),
    )


def test_hugging_face_reads_its_header(facts: ModelFacts) -> None:
    data = ModelCard(render_model_card(facts)).data
    assert (data.license, data.base_model) == ("apache-2.0", "HuggingFaceTB/SmolLM2-135M-Instruct")
    assert (data.library_name, data.pipeline_tag, data.model_name) == ("transformers", "text-generation", "astor/3")
    scores = {result.task_name: result.metric_value for result in data.eval_results if result.metric_type == "score"}
    assert scores == {task: round(facts.promotion.value(task), 4) for task in TASKS}
    assert "all" in {result.task_name for result in data.eval_results}


def test_it_says_base_data_method_scores_limits_and_what_a_repetition_needs(facts: ModelFacts) -> None:
    card = render_model_card(facts)
    for told in (
        "- Base model: SmolLM2-135M-Instruct; licence: apache-2.0.",
        "- Data: 374 items of mbpp; licence: CC-BY-4.0.",
        "| rounds | 6, of the run's 8 |",
        "| loss | grpo |",
        "The promotion gate promoted it. Better:",
        "| recipe digest | `abc` |",
        "| git revision | not known |",
        "astor run recipe.yaml",
        "- Wall hours of all steps: 2.000 (rollout 1.500, update 0.500).",
        "- GPU-hours: 4.000, on 2.",
        "- Cost: 3.00, at 1.5 an hour.",
    ):
        assert told in card
    before, after = (scores.value("unit_tests") for scores in (facts.held_out.before, facts.promotion))
    (row,) = [line for line in card.splitlines() if line.startswith("| unit_tests | score |")]
    assert f"| {before:.3f} [" in row
    assert f"| {after:.3f} [" in row


def test_what_is_not_known_is_not_made_up(facts: ModelFacts) -> None:
    card = render_model_card(
        replace(facts, base=BaseModel("the model in models/own"), data=None, cost=Cost({"update": 60.0}))
    )
    for told in (
        "- Base model: the model in models/own; licence: not known.",
        "- Data: not known.",
        "- GPU-hours: not known.",
        "- Cost: not known.",
    ):
        assert told in card
    data = ModelCard(card).data
    assert (data.license, data.base_model) == (None, None)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("---\nlicense: mit\ntags: [code]\n---\n# A\n", "mit"),
        ("---\ntags: [code]\n---\n# A\n", ""),
        ("# No header\n", ""),
        ("---\n: [\n---\n", ""),
        ("---\nlicense: [a, b]\n---\n", ""),
    ],
)
def test_a_base_models_licence_is_the_one_that_its_card_names(tmp_path, text: str, licence: str) -> None:
    assert licence_of(tmp_path) == "", "without a card"
    (tmp_path / "README.md").write_text(text)
    assert licence_of(tmp_path) == licence
