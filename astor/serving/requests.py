"""What a client may ask, in OpenAI's words. Fields that would be ignored are refused, and the message says so."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from astor.records import Message

MOST_ALTERNATIVES = 20
"""OpenAI's own."""
Stops = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value or [])]


class Said(BaseModel):
    """What a client sends. A field that says nothing counts as left out, for clients send back and send along what
    they know: null anywhere, and a field that is unknown here if it is empty. Every other unknown field is refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_says_nothing(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {
            key: value
            for key, value in values.items()
            if value is not None and (key in cls.model_fields or value not in ("", [], {}))
        }


class StreamOptions(Said):
    """What a stream carries besides the answer."""

    include_usage: bool = False


class SamplingRequest(Said):
    """What completions and chat completions have in common."""

    model: str
    n: int = Field(1, ge=1, le=128)
    """Answers per prompt."""
    temperature: float = Field(1.0, ge=0, le=2)
    """0 is greedy."""
    max_tokens: int | None = Field(None, ge=1)
    stop: Stops = Field(default=[], max_length=16)
    """Texts that end an answer, and are no part of it. OpenAI takes four; evaluation harnesses ask for more."""
    seed: int | None = None
    """The same seed and request give the same answers; without one each request has its own."""
    stream: bool = False
    stream_options: StreamOptions | None = None
    top_p: float = Field(1.0, gt=0, le=1)
    """Share of the probability that is sampled from, the likeliest tokens of it."""
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    best_of: int | None = None
    user: str | None = None
    """Accepted, and not used, as all that follow."""
    metadata: dict[str, Any] | None = None
    store: Literal[False] | None = None
    service_tier: Literal["auto", "default"] | None = None

    @field_validator("stop")
    @classmethod
    def _stops_are_texts(cls, stops: list[str]) -> list[str]:
        if not all(stops):
            raise ValueError("a stop must not be empty")
        return stops

    @field_validator("presence_penalty", "frequency_penalty")
    @classmethod
    def _no_penalties(cls, value: float | None) -> float | None:
        if value not in (None, 0):
            raise ValueError("this endpoint has no penalties: leave them out, or serve the policy with vLLM")
        return value

    @model_validator(mode="after")
    def _none_is_left_out(self) -> Self:
        if self.best_of not in (None, self.n):
            raise ValueError(f"best_of is {self.best_of}, and all {self.n} answers are returned: leave it out")
        return self


class CompletionRequest(SamplingRequest):
    """`POST /v1/completions`."""

    prompt: str | list[int] | list[str] | list[list[int]]
    """Texts or tokens, one or several."""
    logprobs: int | None = Field(None, ge=0, le=MOST_ALTERNATIVES)
    """The log-probability of each token is given, and of so many of the likeliest at its place."""
    return_token_ids: bool = False
    """Give the tokens of the prompt and of each answer, the stop token among them, as vLLM does; log-probabilities are
    then those of the same tokens."""
    echo: bool = False
    """Give the prompt before each answer, with its log-probabilities where they are asked for; then `max_tokens` may be
    0."""
    max_tokens: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _something_is_asked(self) -> Self:
        if self.max_tokens == 0 and not self.echo:
            raise ValueError("max_tokens is 0, and the prompt is not asked for either: give 1 or more, or echo")
        for name in ("echo", "return_token_ids"):
            if self.stream and getattr(self, name):
                raise ValueError(f"{name} cannot be streamed: leave out one of the two")
        if self.echo and self.return_token_ids:
            raise ValueError("return_token_ids is of answers alone: leave out echo")
        return self

    @property
    def prompts(self) -> list[str] | list[list[int]]:
        """The prompts, always several."""
        if isinstance(self.prompt, str):
            return [self.prompt]
        if self.prompt and isinstance(self.prompt[0], int):
            return [self.prompt]
        return self.prompt  # type: ignore[return-value]


def _join_parts(content: Any) -> Any:
    """Content given as text parts, as one text; anything else is left for validation."""
    if not isinstance(content, list):
        return content
    if not all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        raise ValueError("only text can be answered: give content as a string or as parts of type text")
    return "".join(TextPart.model_validate(part).text for part in content)


class TextPart(Said):
    """A part of a message's content."""

    type: Literal["text"]
    text: str


class TextFormat(Said):
    """The one form that answers have."""

    type: Literal["text"]


class ChatMessage(Said):
    """One turn; `developer` is the newer name of `system`. An answer of ours is taken as it was given."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, BeforeValidator(_join_parts)]
    name: str | None = None
    """Accepted, and not used."""

    @property
    def message(self) -> Message:
        return Message(role="system" if self.role == "developer" else self.role, content=self.content)


class ChatRequest(SamplingRequest):
    """`POST /v1/chat/completions`."""

    messages: list[ChatMessage] = Field(min_length=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    """The newer name of `max_tokens`, and the stronger one."""
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=MOST_ALTERNATIVES)
    """Likeliest tokens that are given at each place, where `logprobs` are."""
    response_format: TextFormat | None = None
    tool_choice: Literal["none"] | None = None
    parallel_tool_calls: bool | None = None
    """Accepted, and not used, as the two before: no tools are offered."""
