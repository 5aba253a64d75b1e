"""The promotion card shows every task, both policies and the reason."""

from example_runs import TASKS, long_run

from astor.evaluation.card import render_card


def test_it_shows_decision_differences_with_their_bounds_and_greedy_scores():
    history = long_run(2)
    card = render_card(history.decision, history.before, history.after, "astor/3")
    assert card.startswith("# Promoted: astor/3\n\nBetter: mean sampled score on promotion prompts +0.148")
    assert "| `unit_tests` | `score` | non-inferior | 117 | 0.020 | 0.210 | +0.190 | +0.147 |" in card
    assert "| `unit_tests` | `branch_coverage` | non-inferior | 117 | 0.020 | 0.016 | -0.004 | -0.047 |" in card
    assert "| `unit_tests` | greedy score | | | 0.080 | 0.240 | +0.160 | |" in card
    assert all(f"| `{task}` |" in card for task in TASKS)
    assert "| better | 480 | 0.275 | 0.435 | **+0.148** | **+0.121** |" in card
    assert "| malformed | `unit_tests` | ok | 0.3 | 0.08 | + 0.02 | -0.220 [-0.280, -0.160] |" in card
    assert "| perturbed | `code_generation` | ok | 0.11 | 0.12 | + 0.02 | +0.010 [-0.050, +0.070] |" in card


def test_a_refusal_says_so_and_what_blocks_line_by_line():
    history = long_run(2)
    reason = "Better in the mean, but blocked: +0.1. Undecided: a +0.01; 9 prompts would decide. Answers to b grew."
    decision = history.decision.model_copy(update={"promoted": False, "reason": reason})
    card = render_card(decision, history.before, history.after)
    assert card.startswith("# Not promoted\n\nBetter in the mean, but blocked: +0.1.\n\n| task ")
    blocks = "- Undecided: a +0.01; 9 prompts would decide.\n- Answers to b grew.\n"
    assert f"\n\n## What blocks it\n\n{blocks}" in card
