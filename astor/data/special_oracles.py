"""EvalPlus's own ways of judging the few functions that have several right results (Liu and others, arXiv 2305.01210;
`unsafe_execute` of its program).

Each is the source of `special(found, expected, arguments, atol)`, which asserts that what a program returned will do.
"""

from collections.abc import Mapping

_HEAD = "def special(found, expected, arguments, atol):\n    "
_SAME_SET = f"{_HEAD}assert set(found) == set(expected)"
_NOT_NONE = f"{_HEAD}assert (found if isinstance(found, bool) else found is not None) == (expected is not None)"
_ROOT = f"{_HEAD}assert abs(sum(each * found**power for power, each in enumerate(arguments[0]))) <= (atol or 1e-4)"

HUMAN_EVAL: Mapping[str, str] = {"find_zero": _ROOT}
"""Function → oracle: of a polynomial any root is right."""
MBPP: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum"),
            *("intersection_array", "find_dissimilar", "Diff"),
        ),
        _SAME_SET,
    ),
    **dict.fromkeys(("check_str", "text_match_three", "text_starta_endb"), _NOT_NONE),
    "are_equivalent": f"{_HEAD}pass",
    "sum_div": f"{_HEAD}assert found in (expected, 0)",
}
"""Function → oracle: lists in any order, a match or whether there is one; and two functions whose canonical solutions
its makers hold for wrong."""
