"""Figures of suites: means over tasks and suites, differences in pairs, and how they are told."""

import json

import pytest

from astor.errors import UserError
from astor.evaluation.score import score_verdicts
from astor.evaluation.suite_page import render_evaluation
from astor.evaluation.suite_text import as_json, render_markdown
from astor.evaluation.suites import Answers, Evaluation, Measured, Model, SuiteResult, headline
from astor.records import Outcome, Verdict


def answers(suite: str, passed: list[list[bool]], policy: str = "a" * 64, **parts: float) -> Answers:
    verdicts = [
        Verdict(
            prompt_id=f"{suite}-{prompt}",
            rollout=rollout,
            task="code_generation",
            outcome=Outcome.PASSED if right else Outcome.FAILED,
            score=float(right),
            tokens=3,
            format=1.0,
            parts={name: value * right for name, value in parts.items()},
        )
        for prompt, samples in enumerate(passed)
        for rollout, right in enumerate(samples)
    ]
    return Answers(*score_verdicts(verdicts, policy, suite, 0))


def result(suite: str, first: Answers, other: Answers | None = None, measure: str = "pass@1") -> SuiteResult:
    return SuiteResult(
        name=suite,
        about=f"What {suite} asks.",
        origin="",
        samples=2,
        temperature=0.8,
        top_p=0.95,
        seed=0,
        measures=[measure, "malformed"],
        prompts={"code_generation": 4},
        left_out={"it has no tests": 1},
        first=Measured(first, first, 61.0, "store/evaluations/x/scores"),
        other=Measured(other, other, 5.0, "store/evaluations/y/scores") if other else None,
    )


HALF = [[True, True], [True, False], [True, False], [False, False]]
BETTER = [[True, True], [True, True], [True, True], [True, False]]


def two() -> Evaluation:
    suites = [result(name, answers(name, BETTER), answers(name, HALF, "b" * 64)) for name in ("humaneval", "mbpp")]
    return Evaluation(Model("new", "a" * 64, "a run"), suites, Model("old", "b" * 64), {"rollout engine": "mine"})


def test_pass_at_k_is_the_published_estimate() -> None:
    scores = answers("s", HALF).scores
    assert scores.value("code_generation", "pass@1") == pytest.approx((1 + 0.5 + 0.5 + 0) / 4)
    assert scores.value("code_generation", "pass@2") == pytest.approx(0.75)


def test_differences_are_paired_by_prompt_and_suites_weigh_the_same() -> None:
    evaluation = two()
    difference = evaluation.difference("sampled")
    assert difference is not None
    assert difference.value == pytest.approx(0.375)
    rows = list(evaluation.rows())
    assert [(row.suite, row.drawn) for row in rows][-2:] == [("mean", "sampled"), ("mean", "greedy")]
    own = rows[0].difference
    assert own is not None
    assert own.high - own.low > difference.high - difference.low, "two suites say more than one"
    assert evaluation.mean("sampled", 0).value == pytest.approx(0.875)


def test_a_metric_that_no_answer_earned_counts_0_and_compares() -> None:
    nothing, some = answers("s", [[False]] * 4), answers("s", [[True]] * 4, killed=0.5)
    assert nothing.figure("killed").value == 0
    assert nothing.figure("killed").high > 0.5, "four prompts say little"
    difference = result("s", some, nothing, "killed").difference("greedy")
    assert difference is not None
    assert difference.value == pytest.approx(0.5)


def test_models_that_answered_other_prompts_are_not_compared() -> None:
    with pytest.raises(UserError, match="1 prompts of code_generation were answered by one of the two policies only"):
        result("s", answers("s", HALF), answers("s", HALF[:3])).difference("sampled")


def test_a_prompt_without_a_token_in_its_answers_was_too_long() -> None:
    given = answers("s", HALF)
    silent = [
        item.model_copy(update={"value": 0.0}) if (item.metric, item.prompt_id) == ("tokens", "s-0") else item
        for item in given.items
    ]
    assert (given.unanswered, Answers(given.scores, silent).unanswered) == (0, 1)
    assert given.tokens == 24


def test_the_headline_says_what_the_interval_says() -> None:
    assert headline(two()).startswith("Sampled, A is better than B: +0.375, 95 % interval +0.094 to +0.656.")
    assert headline(Evaluation(Model("a", "a"), [two().suites[0]], Model("b", "b"))).startswith(
        "Sampled, A is not told apart from B: +0.375, 95 % interval −"
    )
    same = result("s", answers("s", HALF), answers("s", HALF, "b" * 64))
    told = headline(Evaluation(Model("new", "a" * 64), [same], Model("old", "b" * 64)))
    assert told.startswith("Sampled, A is not told apart from B: +0.000 on every prompt.")
    surely = result("s", answers("s", [[True]] * 40), answers("s", [[False]] * 39 + [[True]]))
    assert "A is better than B: +0.975" in headline(Evaluation(Model("a", "a"), [surely], Model("b", "b")))


def test_markdown_has_a_table_over_all_suites_and_a_section_for_each() -> None:
    text = render_markdown(two())
    assert text.startswith("# new against old\n\n- A: `new`, a run, policy `aaaaaaaaaaaa`\n")
    assert "| mbpp | pass@1 | 2 at temperature 0.8, top-p 0.95 | 4 | 0.875 [" in text
    assert "| mean |  | sampled | 8 | 0.875 [" in text
    assert "## mbpp\n\nWhat mbpp asks.\n" in text
    assert "Not asked about: 1 (it has no tests)." in text
    assert "A: 48 tokens in 1.0 min." in text
    assert "| tokens | 3.0 [3.0, 3.0] | 3.0 [3.0, 3.0] | +0.000 |" in text


def test_one_model_alone_has_no_differences() -> None:
    alone = Evaluation(Model("new", "a" * 64), [result("mbpp", answers("mbpp", HALF))])
    assert headline(alone) == ""
    assert "A − B" not in render_markdown(alone)
    assert as_json(alone)["suites"][0]["difference"] == {"sampled": None, "greedy": None}


def test_results_are_plain_data_with_the_place_of_every_prompt_s_own() -> None:
    found = json.loads(json.dumps(as_json(two())))
    suite = found["suites"][1]
    assert (suite["name"], suite["samples"], suite["models"][0]["items"]) == ("mbpp", 2, "store/evaluations/x/scores")
    assert suite["models"][1]["sampled"]["measure"]["value"] == pytest.approx(0.5)
    assert found["mean"]["sampled"]["difference"]["value"] == pytest.approx(0.375)


def test_the_page_fetches_nothing_and_repeats_to_the_byte() -> None:
    page = render_evaluation(two())
    assert "<script" not in page
    assert 'src="http' not in page
    assert page.count("<svg") == 4, "figures and differences, sampled and greedy"
    alone = Evaluation(Model("new", "a" * 64), [result("mbpp", answers("mbpp", HALF))])
    assert (told := render_evaluation(alone)) == render_evaluation(alone)
    assert "A − B" not in told
