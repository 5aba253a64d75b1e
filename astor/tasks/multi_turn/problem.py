"""A problem that is answered over turns: a prompt, and its public tests as replies show them."""

from dataclasses import dataclass

from astor.records import Call, Prompt, PublicTest
from astor.tasks.multi_turn.feedback import public_tests
from astor.tasks.multi_turn.perturbation import perturb
from astor.tasks.multi_turn.public_runs import same_literal


@dataclass(frozen=True)
class Problem:
    """A prompt, and its public tests as replies show them; a prompt that has none is a problem without."""

    prompt: Prompt
    shown: tuple[PublicTest, ...]
    true: tuple[PublicTest, ...]
    calls: tuple[Call, ...]
    """The true tests as data, in the same order."""
    perturbed: tuple[int, ...] = ()
    """Indices of the shown tests that are wrong."""

    @classmethod
    def of(cls, prompt: Prompt) -> "Problem":
        """The prompt with its tests as they are."""
        tests = public_tests(prompt, prompt.entry)
        return cls(prompt, tests, tests, prompt.public_tests)

    @classmethod
    def with_wrong_tests(cls, prompt: Prompt, seed: int) -> "Problem | None":
        """The prompt with the outputs of two tests swapped, drawn by the seed; None where all tests expect the same."""
        tests = public_tests(prompt, prompt.entry)
        made = perturb(tests, f"{seed}/{prompt.id}", same_literal)
        if made is None:
            return None
        calls = dict(zip(tests, prompt.public_tests, strict=True))
        return cls(prompt, made.tests, made.true, tuple(calls[test] for test in made.true), made.perturbed)
