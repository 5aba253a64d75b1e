"""Turns → the text of a chat, by the tokenizer's own template: what it refuses, and what it leaves out. No torch."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from transformers import PreTrainedTokenizerBase

from astor.errors import UserError

Turn = tuple[str, str]
"""A role, and what it says."""
Values = Mapping[str, bool | int | float | str]
"""Names that the template asks for, beside the turns → their values."""
Ending = Literal["answer due", "answer begun", "answered"]
"""What comes after the last turn: an answer, the rest of the answer which that turn begins, or no answer."""


def render(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], ending: Ending, values: Values) -> str:
    """The text of the chat.

    UserError where the template raises anything: it is a program of the model's makers, and every error in it is one
    of the model's directory.
    """
    try:
        return _apply(tokenizer, turns, ending, values)
    except Exception as error:  # Of whatever kind the template's program raises.
        raise _refusal(turns, _reason(error)) from error


def takes_system_turns(
    tokenizer: PreTrainedTokenizerBase, roles: Sequence[str], ending: Ending, values: Values
) -> bool:
    """Whether the template takes turns of these roles as they are; False where it takes them once the system's words
    are the user's.

    It is asked with words that stand in no template, so that it shows what a template leaves out. UserError where it
    takes the turns neither way.
    """
    turns = [(role, f"said-in-turn-{place}.") for place, role in enumerate(roles)]
    if _problem(tokenizer, turns, ending, values) is None:
        return True
    problem = _problem(tokenizer, fold_system_turns(turns), ending, values)
    if problem is not None:
        raise _refusal(turns, problem)
    return False


def check_names(tokenizer: PreTrainedTokenizerBase, values: Values) -> None:
    """UserError where the template has none of the names in it: it would pass over what they are set to."""
    template = tokenizer.chat_template
    text = template if isinstance(template, str) else " ".join((template or {}).values())
    for name in values:
        if not re.search(rf"\b{re.escape(name)}\b", text):
            raise UserError(
                f"The policy's chat template has no {name}, which chat.chat_template sets: leave it out, or use a name "
                "of the template."
            )


def fold_system_turns(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with what the system says at the beginning of the user's next turn, a blank line between them, as
    Gemma's makers advise. A system turn that no turn of the user's follows stays."""
    folded: list[Turn] = []
    rules: list[str] = []
    for role, content in turns:
        if role == "system":
            rules.append(content)
        elif role == "user":
            folded.append((role, "\n\n".join([*rules, content])))
            rules = []
        else:
            folded.append((role, content))
    return [*folded, *(("system", rule) for rule in rules)]


def _apply(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], ending: Ending, values: Values) -> str:
    text: str = tokenizer.apply_chat_template(
        [{"role": role, "content": content} for role, content in turns],
        add_generation_prompt=ending == "answer due",
        continue_final_message=ending == "answer begun",
        tokenize=False,
        **values,
    )
    return text


def _problem(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], ending: Ending, values: Values) -> str | None:
    """Why the template does not take the turns; None where it does."""
    try:
        text = _apply(tokenizer, turns, ending, values)
    except Exception as error:  # As above.
        return _reason(error)
    left_out = [role for role, content in turns if not all(words in text for words in content.split())]
    return f"it leaves out what the {left_out[0]} says" if left_out else None


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def _refusal(turns: Sequence[Turn], reason: str) -> UserError:
    roles = ", ".join(role for role, _ in turns)
    return UserError(
        f"The policy's chat template does not take the turns {roles}: {reason}; ask in other turns, mend the template, "
        "or use another policy."
    )
