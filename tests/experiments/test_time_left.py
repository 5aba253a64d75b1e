"""The time left that a comparison tells is what is known, no less."""

import pytest

from astor.experiments.cell import Cell
from astor.experiments.execution import FIXED, Standing


class Running:
    """A process as far as a standing looks at it."""

    def __init__(self, seconds: float, share: float) -> None:
        self.seconds, self._share = seconds, share

    def doing(self) -> tuple[str, float]:
        return "", self._share


def standing(running: dict[Cell, Running], waiting: int, **took: list[float]) -> Standing:
    cells = [*running, *(Cell("later", seed) for seed in range(waiting))]
    known = {1.0: took["whole"]} if took else {}
    return Standing(cells, running=running, took=known)  # type: ignore[arg-type]


def test_nothing_is_told_before_anything_is_known() -> None:
    assert standing({Cell("a", 0): Running(20, 0.0)}, 3).seconds_left(2) is None


def test_the_first_run_tells_by_its_training() -> None:
    first = standing({Cell("a", 0): Running(65, 0.5)}, 1)
    assert first.seconds_left(1) == pytest.approx((FIXED + 100 - 65) + (FIXED + 100))


def test_finished_runs_tell_of_those_that_wait_and_side_by_side_is_faster() -> None:
    known = standing({Cell("a", 0): Running(20, 0.1)}, 3, whole=[90.0, 110.0])
    assert known.seconds_left(1) == pytest.approx(80 + 300)
    assert known.seconds_left(2) == pytest.approx(190)


def test_a_smaller_run_is_in_proportion_beside_what_every_run_costs() -> None:
    split = Standing([Cell("s", 0, "io", 0.25)], took={1.0: [130.0]})
    assert split.seconds_left(2) == pytest.approx(FIXED + 25)


def test_a_run_that_is_slower_than_expected_never_ends_at_once() -> None:
    assert standing({Cell("a", 0): Running(400, 0.4)}, 0, whole=[100.0]).seconds_left(2) == pytest.approx(100)
    assert standing({Cell("a", 0): Running(400, 1.0)}, 0, whole=[100.0]).seconds_left(2) == pytest.approx(1)
