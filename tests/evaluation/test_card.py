"""The promotion card shows every task, both policies and the reason."""

from example_runs import TASKS, long_run

from astor.evaluation.card import render_card


def test_it_shows_decision_differences_with_their_bounds_and_greedy_scores():
    history = long_run(2)
    card = render_card(history.decision, history.before, history.after, "astor/3")
    assert card.startswith("# Promoted: astor/3\n\nBetter: mean sampled score on promotion prompts +0.148")
    assert "| unit_tests | score | 117 | 0.020 → 0.210 | +0.190 | +0.147 | non-inferior |" in card
    assert "| unit_tests | branch_coverage | 117 | 0.020 → 0.016 | -0.004 | -0.047 | non-inferior |" in card
    assert "| unit_tests | greedy score | | 0.080 → 0.240 | +0.160 | | |" in card
    assert all(f"| {task} |" in card for task in TASKS)
    assert "**+0.148** | **+0.121** | better |" in card
    assert "| malformed | unit_tests | 0.3 | 0.08 | -0.220 [-0.280, -0.160] | + 0.02 | ok |" in card
    assert "| perturbed | code_generation | 0.11 | 0.12 | +0.010 [-0.050, +0.070] | + 0.02 | ok |" in card


def test_a_refusal_says_so():
    history = long_run(2)
    decision = history.decision.model_copy(update={"promoted": False, "reason": "Not shown to be better."})
    assert render_card(decision, history.before, history.after).startswith("# Not promoted\n\nNot shown to be better.")
