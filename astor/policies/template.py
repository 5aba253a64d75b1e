"""Turns → the text of a chat, by the tokenizer's own template: what it refuses, and what it leaves out. No torch."""

from collections.abc import Sequence
from typing import Literal

from transformers import PreTrainedTokenizerBase

from astor.errors import UserError

Turn = tuple[str, str]
"""A role, and what it says."""
Ending = Literal["answer due", "answer begun", "answered"]
"""What comes after the last turn: an answer, the rest of the answer which that turn begins, or no answer."""


def render(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], ending: Ending) -> str:
    """The text of the chat.

    UserError where the template raises anything: it is a program of the model's makers, and every error in it is one
    of the model's directory.
    """
    try:
        return _apply(tokenizer, turns, ending)
    except Exception as error:  # Of whatever kind the template's program raises.
        raise _refusal(turns, _reason(error)) from error


def takes_system_turns(tokenizer: PreTrainedTokenizerBase, roles: Sequence[str], ending: Ending) -> bool:
    """Whether the template takes turns of these roles as they are; False where it takes them once the system's words
    are the user's.

    It is asked with words that stand in no template, so that it shows what a template leaves out. UserError where it
    takes the turns neither way.
    """
    turns = [(role, f"said-in-turn-{place}.") for place, role in enumerate(roles)]
    if _problem(tokenizer, turns, ending) is None:
        return True
    problem = _problem(tokenizer, fold_system_turns(turns), ending)
    if problem is not None:
        raise _refusal(turns, problem)
    return False


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


def _apply(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], ending: Ending) -> str:
    text: str = tokenizer.apply_chat_template(
        [{"role": role, "content": content} for role, content in turns],
        add_generation_prompt=ending == "answer due",
        continue_final_message=ending == "answer begun",
        tokenize=False,
    )
    return text


def _problem(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], ending: Ending) -> str | None:
    """Why the template does not take the turns; None where it does."""
    try:
        text = _apply(tokenizer, turns, ending)
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
