"""What is said in a conversation about one program: how it begins, and what of it is said again."""

from collections.abc import Sequence
from typing import Literal

from astor.records import Message, Trajectory, Turn
from astor.tasks.thinking import after_thinking

KEPT_CHARACTERS = 6000
"""Most characters of an answer in the context of later ones (Cobalt's code)."""

RULES = (
    "You help people to write Python, and you do it safely. What you write runs in a sandbox that has four rules:\n"
    "1. Stay within the limits of time and memory: no runaway recursion, no needlessly large data.\n"
    "2. Start no process, run no shell, end or signal nothing.\n"
    "3. Leave the file system as it is, and do not look around in it.\n"
    "4. Import only harmless modules.\n"
    "Where one of the rules bears on your program, name it in your reasoning; do not recite the others."
)
ASSIGNMENT = {
    "stdin": "The program reads its input from standard input and writes its result to standard output.",
    "function": "Define what is asked for, and nothing that runs by itself.",
}
INSTRUCTION = (
    "Think step by step, and weigh more than one way to solve the problem below before you choose. Then give exactly "
    "one fenced block that begins with ```python and holds the complete program with comments. {form}\n\n{problem}"
)


def opening(problem: str, form: Literal["stdin", "function"]) -> tuple[Message, ...]:
    """System and user turn of a problem, without white space at their ends.

    Contents as Cobalt's code has them, in our words; `function` is our addition.
    """
    text = INSTRUCTION.format(form=ASSIGNMENT[form], problem=problem.strip())
    return Message(role="system", content=RULES), Message(role="user", content=text)


def kept_answer(text: str) -> str:
    """What later turns see of an answer: at most 6000 characters of what follows its thinking.

    Thinking that does not end is all that there is.
    """
    said = after_thinking(text)
    return (text if said is None else said).strip()[:KEPT_CHARACTERS].rstrip()


def conversation(opened: Sequence[Message], turns: Sequence[Turn]) -> tuple[Message, ...]:
    """The messages after `turns`: an answer and the feedback on it for each; what the next answer is an answer to."""
    said = [
        Message(role=role, content=content)
        for turn in turns
        for role, content in (("assistant", kept_answer(turn.text)), ("user", turn.feedback))
    ]
    return (*opened, *said)


def has_begun(messages: Sequence[Message]) -> bool:
    """Whether an answer stands in a conversation already; where none does it is a problem alone."""
    return any(message.role == "assistant" for message in messages)


def prefix(trajectory: Trajectory, programs: int) -> tuple[Message, ...]:
    """The conversation that ends in the feedback on the trajectory's program number `programs`, 0 for its beginning."""
    assert 0 <= programs <= len(trajectory.turns), f"{programs} of {len(trajectory.turns)} programs"
    return conversation(trajectory.messages, trajectory.turns[:programs])
