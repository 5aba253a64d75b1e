import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.tasks.overlap import b_norm, bleu, meteor_exact_stem, repeats_a_line, rouge_l, share_of_words

TEXTS = st.lists(st.sampled_from(["add", "adds", "the", "item", "f:", "3", "ünï", "("]), max_size=12).map(" ".join)


@pytest.mark.parametrize("measure", [bleu, rouge_l, meteor_exact_stem])
@given(text=TEXTS, reference=TEXTS)
def test_measures_stay_within_0_and_1(measure, text: str, reference: str) -> None:
    assert 0 <= measure(text, reference) <= 1


def test_short_equal_texts_are_full_matches() -> None:
    assert bleu("Fix typo", "fix typo") == pytest.approx(1)
    assert rouge_l("Fix typo", "fix typo") == 1


def test_meteor_matches_stems_and_no_synonyms() -> None:
    assert meteor_exact_stem("adding items", "added item") > 0.9
    assert meteor_exact_stem("huge", "big") == 0


def test_characters_of_scripts_without_spaces_are_compared_one_by_one() -> None:
    for measure in (bleu, b_norm, rouge_l, meteor_exact_stem):
        assert 0.3 < measure("修复登录页面的错误", "修复注册页面的错误") < 1


def test_share_of_words() -> None:
    assert share_of_words("Use the url twice", "url = the(path)") == 0.5
    assert share_of_words("", "x") == 0


def test_a_line_is_repeated_only_in_full_and_from_three_words_on() -> None:
    assert repeats_a_line("Now: x = max(x, 4)!", ["    x = max(x, 4)"])
    assert not repeats_a_line("Now x is max", ["    x = max(x, 4)"])
    assert not repeats_a_line("return x", ["    return x"])
