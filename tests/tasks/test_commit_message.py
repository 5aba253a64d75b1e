import math
import time

import pytest

from astor.records import Outcome, Split
from astor.tasks.commit_message import CommitMessage, CommitMessageOptions
from astor.tasks.overlap import corpus_bleu

DIFF = """--- a/f.py
+++ b/f.py
@@ -1,3 +1,3 @@
 def f(x):
-    x = x + 3
+    x = max(x, 4)
     return x - 1"""
MESSAGE = "change f: at least 4 instead of add 3"
TASK = CommitMessage(CommitMessageOptions())


@pytest.fixture
def example(make_commit, first):
    return first(TASK, make_commit(DIFF, MESSAGE))


def test_the_terse_prompt_is_what_changed(example) -> None:
    assert example.prompt.messages[0].content == "commit\n-    x = x + 3\n+    x = max(x, 4)"
    assert example.answer == MESSAGE


def test_lines_that_look_like_headers_are_shown_and_may_not_be_copied(make_commit, first, judge) -> None:
    diff = "--- a/s.sql\n+++ b/s.sql\n@@ -1,2 +1 @@\n--- drop this index later\n-CREATE INDEX n;\n+++ count;\n"
    example = first(TASK, make_commit(diff, "Remove what was planned"))
    assert example.prompt.messages[0].content == "commit\n--- drop this index later\n-CREATE INDEX n;\n+++ count;"
    (verdict,) = judge(TASK, example, "Remove drop this index later")
    assert verdict.score == 0


@pytest.mark.parametrize("style", ["terse", "instruct"])
@pytest.mark.parametrize("diff", ["Binary files a/l.png and b/l.png differ", "rename from a\nrename to b", ""])
def test_a_commit_without_a_changed_line_makes_no_prompt(make_commit, style: str, diff: str) -> None:
    task = CommitMessage(CommitMessageOptions(style=style))
    assert list(task.examples(make_commit(diff, MESSAGE), Split.TRAIN)) == []


def test_the_instruction_holds_the_whole_diff(make_commit, first) -> None:
    example = first(CommitMessage(CommitMessageOptions(style="instruct")), make_commit(DIFF, MESSAGE))
    assert DIFF in example.prompt.messages[0].content


def test_scores_follow_the_overlap(example, judge) -> None:
    same, case, near, far, nothing = judge(
        TASK,
        example,
        MESSAGE,
        MESSAGE.upper(),
        "change f: no less than 4 instead of add 3",
        "simplify f: no longer reverse",
        "zzz yyy xxx",
    )
    assert same.score == case.score == pytest.approx(1)
    assert (same.outcome, TASK.reward(same)) == (Outcome.PASSED, pytest.approx(1))
    assert 1 > near.score > far.score > nothing.score == 0
    assert nothing.outcome is Outcome.FAILED
    assert near.parts.keys() == {"bleu", "rouge_l"}


@pytest.mark.parametrize(
    "around", ["```\n{}\n```", "```text\r\n{}\r\n```\r\n", "The message:\n~~~\n{}\n~~~\nIt is short."]
)
def test_a_block_is_tolerated(example, judge, around: str) -> None:
    (verdict,) = judge(TASK, example, around.format(MESSAGE), extended=True)
    assert verdict.score == pytest.approx(1)
    assert corpus_bleu(verdict.counts["corpus_bleu"]) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 101, f"{MESSAGE}\nand more at once"])
def test_the_first_line_is_a_line_of_its_own(example, judge, text: str) -> None:
    (verdict,) = judge(TASK, example, text)
    assert (verdict.format, TASK.reward(verdict)) == (0, 0)


def test_a_body_after_a_blank_line_is_allowed(example, judge) -> None:
    (verdict,) = judge(TASK, example, f"{MESSAGE}\n\nBecause.")
    assert verdict.format == 1


def test_repeating_a_line_of_the_diff_earns_nothing(example, judge) -> None:
    (verdict,) = judge(TASK, example, "change f: x = max(x, 4) instead of x = x + 3")
    assert verdict.score == 0


def test_a_message_of_the_diffs_words_loses_half(make_commit, first, judge) -> None:
    diff = "--- a/m.py\n+++ b/m.py\n-    url = join(base, path)\n+    url = safe_join(root, path)"
    example = first(TASK, make_commit(diff, "Use safe_join for url"))
    listing, saying = judge(TASK, example, "safe_join url root path", "Use safe_join for path")
    parts = listing.parts
    assert listing.score == pytest.approx((parts["bleu"] + parts["rouge_l"]) / 2 * 0.5)
    assert saying.score == pytest.approx((saying.parts["bleu"] + saying.parts["rouge_l"]) / 2)


def test_what_people_copy_themselves_may_be_copied(make_commit, first, judge) -> None:
    diff = "--- a/m.py\n+++ b/m.py\n-# Return nothing at all\n+# Return the first item"
    example = first(TASK, make_commit(diff, "Return the first item"))
    (verdict,) = judge(TASK, example, "Return the first item")
    assert verdict.score == pytest.approx(1)


@pytest.mark.parametrize(("count", "factor"), [(1, 1 / 3), (2, 2 / 3), (3, 1), (60, 1), (120, 0.5)])
def test_lengths_outside_the_range_are_paid_in_proportion(make_commit, first, judge, count: int, factor: float) -> None:
    human = " ".join(f"word{number % 7}" for number in range(20))
    (verdict,) = judge(TASK, first(TASK, make_commit("+x", human)), " ".join(["word0"] * count))
    overlap = (verdict.parts["bleu"] + verdict.parts["rouge_l"]) / 2
    assert verdict.score == pytest.approx(overlap * factor)


@pytest.mark.parametrize(
    "message",
    [
        "Fix",
        "Corrige l'accès à la mémoire épuisée",
        "Исправить ошибку при входе пользователя",
        "Исправить опечатку",
        "修复登录页面的错误",
        "修复",
        "修复 登录 页面 的 错误 (#12)",
        "ログイン画面の不具合を修正する",
        "버그 수정",
        "إصلاح خطأ في تسجيل الدخول",
        "תיקון באג",
        "त्रुटि ठीक करें",
        "แก้ไขข้อผิดพลาดในหน้าเข้าสู่ระบบ",
        "Διόρθωση σφάλματος",
        "🎉",
        "🐛🔥 ✨",
        "...",
        "word " * 99 + "word",
    ],
)
def test_the_human_message_scores_1_in_any_script_and_length(make_commit, first, judge, message: str) -> None:
    other = "Something else at all" if message != "Fix" else "Another"
    same, different = judge(TASK, first(TASK, make_commit("-limit = 1\n+limit = 2", message)), message, other)
    assert same.score == pytest.approx(1)
    assert same.parts == {"bleu": pytest.approx(1), "rouge_l": pytest.approx(1)}
    assert different.score == 0


def test_a_line_of_the_diff_is_known_again_in_any_script(make_commit, first, judge) -> None:
    example = first(TASK, make_commit("-登录\n+# 修复登录页面的错误", "纠正一个问题"))
    copied, own = judge(TASK, example, "修复登录页面的错误", "纠正问题")
    assert copied.score == 0 < own.score


def test_meteor_is_a_metric_and_no_reward(example, judge) -> None:
    plain, extended = judge(TASK, example, MESSAGE), judge(TASK, example, MESSAGE, extended=True)
    assert "meteor" not in plain[0].parts
    assert extended[0].parts["meteor"] > 0.99
    assert plain[0].score == extended[0].score


def test_an_answer_that_cannot_be_read_counts_as_an_empty_one_over_all_answers(example, judge) -> None:
    (plain,), extended = judge(TASK, example, MESSAGE), judge(TASK, example, MESSAGE, "<think>Hm", extended=True)
    right, unread = (verdict.counts["corpus_bleu"] for verdict in extended)
    assert plain.counts == {}
    assert corpus_bleu(right) == pytest.approx(1)
    assert corpus_bleu([sum(each) for each in zip(right, unread, strict=True)]) == pytest.approx(math.exp(-1))


def test_long_diffs_make_no_prompt(make_commit) -> None:
    assert list(TASK.examples(make_commit("+" + "x" * 3000, MESSAGE), Split.TRAIN)) == []


def test_one_word_and_every_word_earn_less_than_a_message(example, judge) -> None:
    everything = f"{MESSAGE} and reverse, sort, add, drop, double, keep, skip, also, no longer, at most, first, last"
    one, all_of_them, right = judge(TASK, example, "change", everything, MESSAGE)
    assert one.score < 0.15
    assert all_of_them.score < 0.6 < right.score


def test_what_comes_after_two_thousand_characters_is_not_read(example, judge) -> None:
    read, unread = judge(TASK, example, "x" * 1900 + f" {MESSAGE}", "x" * 2000 + f" {MESSAGE}")
    assert read.parts["rouge_l"] > 0 == unread.parts["rouge_l"]
    assert TASK.reward(read) == TASK.reward(unread) == 0


def test_a_batch_of_commits_is_judged_in_a_blink(example, judge) -> None:
    judge(TASK, example, MESSAGE)
    started = time.perf_counter()
    judge(TASK, example, *[f"change f: at least {number} instead of add 3" for number in range(128)])
    assert time.perf_counter() - started < 0.3
