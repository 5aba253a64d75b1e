"""Diffs in words and signs become diffs again."""

import pytest

from astor.data.diffs import changed_files, why_nothing_changes
from astor.data.tokenised_diffs import is_tokenised, restored


def test_lines_and_names_are_restored() -> None:
    diff = (
        "deleted file mode 100644 <nl> index fadc72c . . 0000000 <nl> mmm a / OWNERS <nl> ppp / dev / null <nl> - jg"
        " <nl> new file mode 100644 <nl> index 0000000 . . fadc72c <nl> mmm / dev / null <nl> ppp b / my - x . sql"
        " <nl> + - - all users <nl> + <nl> <nl> mmm Kept . java <nl> ppp Kept . java <nl> int i ; <nl> + + + i ; <nl>"
    )
    assert is_tokenised(diff)
    found = [(file.name, [line.signs + line.text for line in file.lines]) for file in changed_files(restored(diff))]
    assert found == [("OWNERS", ["-jg"]), ("my-x.sql", ["+- - all users", "+"]), ("Kept.java", ["++ + i ;"])]


def test_headers_of_hunks_are_restored_where_they_are_kept() -> None:
    diff = "diff - - git a / x . py b / x . py <nl> @ @ - 1 , 2 + 1 @ @ class X : <nl> x <nl> - y <nl>"
    assert restored(diff) == "diff --git a/x.py b/x.py\n@@ -1,2 +1 @@ class X :\n x\n-y\n"


@pytest.mark.parametrize(
    ("diff", "reason"),
    [
        ("index fadc72c . . 0123456 <nl> Binary files a / x . png and b / x . png differ <nl>", "binary files"),
        ("similarity index 100 % <nl> rename from a / x . py <nl> rename to b / x . py <nl>", "names"),
        ("old mode 100644 <nl> new mode 100755 <nl>", "modes"),
    ],
)
def test_what_changes_no_line_is_told(diff: str, reason: str) -> None:
    assert why_nothing_changes(changed_files(restored(diff))) == f"it changes no line, only {reason}"


def test_a_diff_of_lines_is_none_of_tokens() -> None:
    assert not is_tokenised("--- a/x.html\n+++ b/x.html\n@@ -1 +1 @@\n-<nl>\n+<ul>\n")
