from hypothesis import given
from hypothesis import strategies as st

from astor.data.decontamination import EXACT, OVERLAP, STRUCTURAL, Decontamination, DecontaminationOptions
from astor.data.structure import structural_hash
from astor.records import Commit, Function, Item

ASKED = "Write a function that gives the second largest of three or more numbers without sorting them first."
SOURCE = """def second(xs):
    first = other = float("-inf")
    for x in xs:
        if x > first:
            first, other = x, first
        elif x > other:
            other = x
    return other"""


def function(description: str, source: str) -> Item:
    content = Function(entry="f", source=source, description=description)
    return Item(id="i", content=content, source="s", licence="MIT", structural_hash=structural_hash(source))


def commit(message: str, file: str) -> Item:
    return Item(id=file, content=Commit(diff=file, message=message), source="s", licence="MIT", structural_hash=file)


EVALUATED = [function(ASKED, SOURCE)]
OTHER = "def f(x):\n    return x + 1"


def reason(item: Item, **options: float) -> str:
    return Decontamination(DecontaminationOptions(**options), EVALUATED).reason(item)


def test_the_same_question_or_answer_goes_whatever_its_layout_and_case() -> None:
    assert reason(function(ASKED.upper().replace(" ", "  "), OTHER)) == EXACT
    assert reason(function("", SOURCE.replace("    ", "\t"))) == EXACT


def test_the_same_function_under_other_names_goes() -> None:
    assert reason(function("Another one.", SOURCE.replace("other", "z").replace("second", "g"))) == STRUCTURAL


def test_thirteen_words_in_a_row_are_enough() -> None:
    said = ASKED.split()
    assert reason(function(f"Please: {' '.join(said[2:15])}!", OTHER)) == OVERLAP
    assert reason(function(f"Please: {' '.join(said[2:14])}!", OTHER)) == ""


def test_a_larger_share_can_be_asked_for() -> None:
    half = function(" ".join(ASKED.split()[:12]), OTHER)
    assert reason(half, ngram=4, overlap=0.5) == OVERLAP
    assert reason(half, ngram=4, overlap=0.7) == ""


def test_short_texts_that_are_everywhere_do_not_count_by_themselves() -> None:
    known = Decontamination(DecontaminationOptions(), [commit("Fix a typo", "a.py")])
    assert known.reason(commit("Fix a typo", "b.py")) == ""
    assert known.reason(commit("Fix a  TYPO", "a.py")) == EXACT


@given(st.lists(st.sampled_from(ASKED.split()), min_size=1, max_size=40))
def test_no_item_that_is_evaluated_passes(said: list[str]) -> None:
    item = function(" ".join(said), OTHER)
    assert Decontamination(DecontaminationOptions(), [item]).reason(item) == EXACT
