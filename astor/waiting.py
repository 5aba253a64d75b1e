"""Waiting for a service that is away: ever less often, for so long, and said once."""

import logging
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

logger = logging.getLogger("astor")


def waiting(is_away: Callable[[BaseException], bool], seconds: float) -> Retrying:
    """Calls again, up to ten seconds apart, what raised because a service `is_away`; its last error is raised once
    `seconds` are over, at once where they are 0."""
    return Retrying(
        retry=retry_if_exception(is_away),
        wait=wait_random_exponential(multiplier=0.5, max=10),
        stop=stop_after_delay(seconds),
        before_sleep=_say,
        reraise=True,
    )


def _say(state: RetryCallState) -> None:
    if state.attempt_number == 1:
        assert state.outcome is not None, "it failed"
        logger.warning("%s It is waited for.", state.outcome.exception())
