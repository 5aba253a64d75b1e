"""What Prometheus reads of an endpoint."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from astor.serving.model import Model

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """Counted as requests are answered, read at `registry`."""

    def __init__(self, model: Model) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("astor_serving_requests", "Requests by status.", ["path", "status"], registry=registry)
        self.prompt_tokens = Counter("astor_serving_prompt_tokens", "Tokens of prompts.", registry=registry)
        self.sampled_tokens = Counter("astor_serving_sampled_tokens", "Tokens of answers.", registry=registry)
        self._seconds = Histogram(
            "astor_serving_request_seconds",
            "From a request's head to its answer; of a stream, to its head.",
            ["path"],
            buckets=_SECONDS,
            registry=registry,
        )
        waiting = Gauge("astor_serving_answers_waited_for", "Answers that somebody waits for.", registry=registry)
        waiting.set_function(lambda: model.waited_for)

    def count(self, path: str, status: int, arrived: float) -> None:
        """A request was answered that had `arrived` by the monotonic clock."""
        self.requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(time.monotonic() - arrived)
