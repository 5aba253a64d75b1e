"""How a policy is talked with, beside what its directory says. No torch."""

from typing import Annotated

from pydantic import Field, field_validator

from astor.options import Options

OWN = frozenset({"messages", "conversation", "add_generation_prompt", "continue_final_message", "tokenize", "padding"})
"""What astor itself tells a chat template, or the tokenizer that applies it."""
Text = Annotated[str, Field(min_length=1)]


class ChatOptions(Options):
    """How a policy is talked with, in training, in evaluation and at the endpoint: it is saved with the policy."""

    chat_template: dict[str, bool | int | float | str] = {}
    """Options of the model's own chat template, as `enable_thinking: false` of Qwen3's; one that the template does not
    name is refused."""
    system: str = ""
    """Stands at the beginning of what the system says, in every conversation, as a turn of its own where it says
    nothing else."""
    stop: tuple[Text, ...] = ()
    """Texts that end an answer, which is what stands before the first of them. The tokens of that text were sampled and
    are trained on like any others."""
    stop_tokens: tuple[Text, ...] = ()
    """Tokens that end an answer beside those that the model's directory names, by their text: `<|im_end|>`."""
    thinking_tokens: int | None = Field(default=None, ge=1)
    """Of an answer's max_tokens the most that may be thinking: it is ended then by a `</think>` that the policy did not
    sample and is not trained on, and the answer begins (budget forcing: Muennighoff and others 2501.19393, section
    3.1). None: thinking may take all of max_tokens."""

    @field_validator("chat_template")
    @classmethod
    def _none_is_ours(cls, template: dict[str, bool | int | float | str]) -> dict[str, bool | int | float | str]:
        if taken := sorted(OWN & template.keys()):
            raise ValueError(f"chat_template has {taken[0]}, which astor sets itself: leave it out")
        return template
