import pytest

from astor.waiting import waiting


def test_what_is_away_is_called_again_and_what_is_wrong_is_not() -> None:
    left = [ConnectionError("away"), ConnectionError("away")]
    calls: list[int] = []

    def request() -> str:
        calls.append(1)
        if left:
            raise left.pop()
        return "there"

    def is_away(error: BaseException) -> bool:
        return isinstance(error, ConnectionError)

    assert waiting(is_away, 30)(request) == "there"
    assert len(calls) == 3
    left += [ValueError("wrong")]
    with pytest.raises(ValueError, match="wrong"):
        waiting(is_away, 30)(request)
    left += [ConnectionError("away")]
    with pytest.raises(ConnectionError, match="away"):
        waiting(is_away, 0)(request)
    assert len(calls) == 5
