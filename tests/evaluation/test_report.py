"""The report: one page that stands alone, whatever the run looked like."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from example_runs import TASKS, long_run, make_rounds, sample, scores, short_run

from astor.evaluation.history import Pair
from astor.evaluation.report import MOST_CHARACTERS, render_report, seconds
from astor.evaluation.report import words as named
from astor.evaluation.turns import score_turns
from astor.records import ItemScore, Outcome
from tests.trajectories import trajectory_of

TASKS_GREEDY = (
    {"io_prediction": 0.3, "unit_tests": 0.02, "code_generation": 0.1, "commit_message": 0.5},
    {"io_prediction": 0.2, "unit_tests": 0.01, "code_generation": 0.4, "commit_message": 0.5},
)


def greedy_items(of_tasks):
    """A hundred prompts a task, as many of them right as its score says."""
    return [
        ItemScore(prompt_id=f"{task}-{i}", task=task, metric="score", value=float(i < 100 * share), samples=1)
        for task, share in of_tasks.items()
        for i in range(100)
    ]


class Page(HTMLParser):
    """Elements, text, and whether each element that was opened was closed."""

    VOID = {"meta", "br", "img", "link"}

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.open, self.references = [], "", [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.references += [value for name, value in attributes if name in ("src", "href", "xlink:href", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def html():
    return render_report(long_run())


def test_it_needs_nothing_beside_itself(html):
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert all(reference.startswith("#") for reference in page.references)
    assert "@import" not in html
    assert "url(http" not in html


def test_it_shows_turns_where_a_task_has_them(html):
    assert "Over turns" not in Page(html).text
    before = score_turns([trajectory_of(0.0, 0.0, 1.0), trajectory_of(1.0, 1.0, 1.0, prompt_id="q")])
    after = score_turns([trajectory_of(0.0, 1.0, 1.0), trajectory_of(1.0, 1.0, 1.0, prompt_id="q")])
    text = Page(render_report(replace(long_run(), turns_before={"a": before}, turns_after={"a": after}))).text
    assert "2 held-out problems" in text
    assert "+0.500" in text


def test_it_shows_every_section_and_task(html):
    text = Page(html).text
    for words in (
        "Promoted to champion", "Scores before and after", "Greedy", "The gate", "Over the rounds", "KL coefficient",
        "Synergy", "Acceptance", "Held-out score", "Where budget and time went", "What became of the answers",
        "Servers were given policies 120 times in the rounds: 9.4 s, 5.2% of the rounds’ time, 3,200.0 MB of weights",
        "Servers were given policies 7 times in the evaluations: 2.0 s, 25.0% of the evaluations’ time",
        "astor/3", "forbidden", "branch coverage", *(task.replace("_", " ") for task in TASKS),
    ):  # fmt: skip
        assert words in text, words


def test_it_says_how_answers_were_drawn_and_of_how_many_prompts_each_figure_is(html):
    text = " ".join(Page(html).text.split())
    assert "Sampled at temperature 0.7, 4 answers to a prompt" in text
    assert "Judged were answers sampled at temperature 0.7, 4 to each promotion prompt" in text
    assert "<td>120</td><td>0.420" in html, "held-out prompts stand before the score"
    assert re.search(r"<td>117</td>\s*<td>0.420 → 0.630</td>\s*<td><span class=.up.>\+0.210", html), (
        "promotion prompts before the difference"
    )
    for fact in ("<dt>seed</dt><dd>7<", "<dd>2026-01-02 03:04:05 UTC<", "<dd>EPYC, 2 cores (avx2)<"):
        assert fact in html


def test_the_banner_names_what_fell_in_the_tables_below():
    first, last = TASKS_GREEDY
    items = [greedy_items(of) for of in (first, last)]
    history = replace(long_run(2), greedy=Pair(scores("a" * 64, 0, first), scores("b" * 64, 2, last), *items))
    text = " ".join(Page(render_report(history)).text.split())
    verdict = text[text.index("Promoted to champion") : text.index("Held-out mean")]
    assert "by more than the interval of the change: greedy io prediction 0.300 → 0.200" in verdict
    assert "within that interval: greedy unit tests 0.020 → 0.010" in verdict
    assert "code generation" not in verdict


def test_few_prompts_are_warned_of():
    assert "Few prompts" not in Page(render_report(long_run(2))).text
    text = " ".join(Page(render_report(replace(long_run(2), promotion_prompts={"unit_tests": 12}))).text.split())
    assert "Few prompts: unit tests 12. Below 100" in text


@pytest.mark.parametrize(
    ("informative", "told"),
    [(0, "All rewards of each prompt were equal in every round, in the mean of a task 0.400"), (1, "Rewards differed")],
)
def test_a_policy_that_never_changed_is_told_with_the_reason(informative, told):
    rounds = [
        (n, {task: s.model_copy(update={"informative": informative, "reward": 0.4}) for task, s in tasks.items()}, None)
        for n, tasks, _ in make_rounds(3)
    ]
    first = long_run(2).before
    history = replace(long_run(2), sampled=Pair(first, first), rounds=rounds)
    assert f"its digest is that of the first one. {told}" in Page(render_report(history)).text
    assert "never changed" not in Page(render_report(replace(long_run(2), rounds=rounds))).text
    assert "There was no round" in replace(history, rounds=[]).unchanged


def test_metrics_have_their_own_names():
    assert [named(key) for key in ("b_norm", "rouge_l", "pass@4", "io_prediction")] == [
        "B-Norm", "ROUGE-L", "pass@4", "io prediction",
    ]  # fmt: skip


def test_what_a_model_wrote_is_text_and_not_markup(html):
    assert "<script>" not in html
    assert "<script>alert('x')</script>" in Page(html).text


def test_the_same_history_gives_the_same_bytes(html):
    assert render_report(long_run()) == html


def test_pictures_do_not_share_identifiers_with_other_content(html):
    definitions: dict[str, str] = {}
    for name, content in re.findall(r'<(?:path|clipPath) id="([^"]+)"(.*?)(?:/>|</clipPath>)', html, re.DOTALL):
        assert definitions.setdefault(name, content) == content
    assert definitions


def test_one_round_without_gate_sketch_or_times():
    text = Page(render_report(short_run())).text
    assert "No gate decision" in text
    assert "nothing was measured: synergy" in text
    assert "The gate" not in text


def test_a_champion_that_came_between_is_said():
    text = Page(render_report(replace(long_run(2), alias="challenger"))).text
    assert "Passed the gate, but not promoted" in text
    assert "Promoted to champion" not in text


def test_no_round_at_all():
    text = Page(render_report(replace(short_run(), rounds=[]))).text
    assert "Scores before and after" in text
    assert "Over the rounds" not in text


def test_rounds_without_updates_and_with_absent_tasks():
    rounds = [
        (number, {task: values for task, values in statistics.items() if (number + len(task)) % 3}, None)
        for number, statistics, _ in make_rounds(30)
    ]
    text = Page(render_report(replace(long_run(2), rounds=rounds))).text
    assert "nothing was measured: measured kl, gradient norm, entropy" in text


def test_a_task_name_may_be_any_text():
    name = 'a$b_<i>&"c"'
    history = short_run()
    renamed = [(number, {name: statistics["code_generation"]}, None) for number, statistics, _ in history.rounds]
    scores = history.before.model_copy(
        update={
            "scores": tuple(
                score if score.task == "all" else score.model_copy(update={"task": name})
                for score in history.before.scores
            )
        }
    )
    page = Page(render_report(replace(history, rounds=renamed, sampled=Pair(scores, scores))))
    assert 'a$b <i>&"c"' in page.text


def test_long_answers_are_cut_and_the_page_says_so():
    answer = sample("code_generation", "write f", "x" * (MOST_CHARACTERS + 7), Outcome.FAILED, 0.0)
    assert "… 7 characters more" in Page(render_report(replace(short_run(), samples=[answer]))).text


@pytest.mark.parametrize(("value", "words"), [(0.42, "0.4 s"), (88.7, "1.5 min"), (9000, "2.5 h")])
def test_durations_have_the_unit_that_fits(value, words):
    assert seconds(value) == words
