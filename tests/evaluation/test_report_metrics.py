"""The report's table of what was measured beside the score."""

from dataclasses import replace

from example_runs import short_run

from astor.evaluation.history import Pair
from astor.evaluation.report import render_report
from astor.evaluation.score import score_verdicts
from astor.records import Outcome, Scores, Verdict


def scores(*outcomes: Outcome, **parts: float) -> Scores:
    verdicts = [
        Verdict(prompt_id="p", rollout=i, task="unit_tests", outcome=outcome, score=0.0, parts=parts)
        for i, outcome in enumerate(outcomes)
    ]
    return score_verdicts(verdicts, "digest", "held_out", 0)[0]


def test_it_names_malformed_answers_and_parts_of_first_and_last_policy() -> None:
    before = scores(Outcome.MALFORMED, Outcome.FAILED, Outcome.FAILED, Outcome.MALFORMED)
    after = scores(*[Outcome.FAILED] * 4, line_coverage=0.25)
    page = render_report(replace(short_run(), sampled=Pair(before, after), rounds=()))
    table = page[page.index("Other metrics") :]
    assert "<th>malformed</th><td>1</td><td>0.500<small>0.000–1.000</small></td><td>0.000<small>" in table
    assert "<th>line coverage</th><td>1</td><td>–</td><td>0.250<small>" in table
    assert "<th>score</th>" not in table
