"""What an endpoint takes at most."""

from pydantic import Field

from astor.options import Options


class Limits(Options):
    """All are our choice, for a laptop or a pod with a CPU."""

    max_body_mb: int = Field(default=4, ge=1)
    """MiB of a request's body; larger ones are refused before they are read."""
    max_answers: int = Field(default=1024, ge=1)
    """Answers that may be waited for, over all requests; beyond them a request is answered 429."""
    tokens_together: int = Field(default=65536, ge=1)
    """Tokens that the prompts and answers sampled together may come to: it bounds the memory of keys and values."""
    request_seconds: float = Field(default=300, gt=0)
    """How long a request may take."""
    drain_seconds: int = Field(default=20, ge=0)
    """How long what runs may go on after SIGTERM. Kubernetes kills after 30, and to tell the rest takes up to 5."""
