"""A version's page in MLflow."""

from astor.records import GateDecision, Score, Scores
from astor.registry.description import describe

DECISION = GateDecision(
    promoted=False,
    reason="Not shown to be better.",
    mean_difference=0.0,
    low=-0.1,
    high=0.1,
    champion_digest="a",
    challenger_digest="b",
)


def scores(round: int, value: float) -> Scores:
    rows = (("io", "score"), ("all", "mean"))
    measured = tuple(
        Score(task=task, metric=metric, value=value, low=value - 0.1, high=value + 0.1, count=120)
        for task, metric in rows
    )
    return Scores(policy_digest="p", split="held_out", round=round, scores=measured)


def test_it_has_the_gates_sentence_the_scores_and_the_way_to_the_report() -> None:
    page = "#/experiments/1/runs/7"
    lines = describe(scores(0, 0.2), scores(40, 0.5), ["io"], DECISION, "own-1", page, "report.html").splitlines()
    assert lines[0] == "**Not promoted.** Not shown to be better."
    assert "before the run and after 40 rounds" in lines[2]
    assert "| io | 120 | 0.200 [0.100, 0.300] | 0.500 [0.400, 0.600] |" in lines
    assert "| **mean** | 120 | 0.200 [0.100, 0.300] | 0.500 [0.400, 0.600] |" in lines
    assert lines[-1] == f"[Report]({page}/artifacts/report.html) of the run [own-1]({page})."
