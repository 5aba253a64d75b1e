"""Trajectories: conversations in which a policy answers, is replied to, and answers again."""

from pydantic import Field, model_validator

from astor.records.message import Message
from astor.records.prompt import Split
from astor.records.record import Record


class PublicTest(Record):
    """A test that a policy may see, as the text that it sees."""

    input: str
    """What the program is given: its standard input, or a call as `f([3, 1], 2)`."""
    expected: str
    """Standard output, or the literal that the call returns."""


class Turn(Record):
    """One answer of a trajectory, as a program where its task asks for one, and the reply to it."""

    text: str
    """All that the policy wrote, its thinking included, and before it the `<think>` that a chat template began it
    by."""
    program: str | None
    """What the sandbox's parser found in it; None where there was no block of code, or none is asked for."""
    shown_passed: tuple[bool, ...]
    """Whether it passes each public test *as the trajectory shows it*, perturbed or not; no other results made the
    feedback."""
    public_passed: tuple[bool, ...]
    """Whether it passes each public test as it truly is: `shown_passed` where nothing is perturbed."""
    hidden_passed: tuple[bool, ...] = ()
    """Whether it passes each hidden test; empty until they were run."""
    feedback: str
    """The user's next message."""
    feedback_test: int | None = None
    """Index of the public test whose expected output the feedback shows; None where it shows none."""
    seed: int = 0
    """What the engine drew this turn with."""
    tokens: int = 0
    """Length of the text in the policy's tokens."""

    @property
    def public_rate(self) -> float:
        """Share of the true public tests that the program passes."""
        return sum(self.public_passed) / len(self.public_passed) if self.public_passed else 0.0

    @property
    def hidden_rate(self) -> float:
        """Share of the hidden tests that the program passes."""
        return sum(self.hidden_passed) / len(self.hidden_passed) if self.hidden_passed else 0.0

    @property
    def rate(self) -> float:
        """Share of all N true tests passed: (N_hidden * hidden_rate + N_public * public_rate) / N, in [0, 1]."""
        assert self.hidden_passed, "the hidden tests of this turn were not run"
        passed = self.public_passed + self.hidden_passed
        return sum(passed) / len(passed)

    @property
    def passes_what_is_shown(self) -> bool:
        """Whether the feedback says that all public tests pass."""
        return self.program is not None and all(self.shown_passed)


class Trajectory(Record):
    """One conversation about one problem.

    Whoever collects it knows public tests alone. `verify` adds the results of hidden ones; from then on it is read by
    what selects and measures, and only conversations that are cut from it reach a policy.
    """

    prompt_id: str
    """The prompt of the problem."""
    task: str
    """Key of its task in the recipe."""
    split: Split
    """What the problem is for."""
    index: int
    """Which of the problem's trajectories this is, 0 upwards."""
    policy_digest: str
    """The policy that wrote every turn."""
    messages: tuple[Message, ...]
    """How the conversation begins, up to the first answer."""
    public_tests: tuple[PublicTest, ...]
    """The public tests as the conversation shows them."""
    perturbed: tuple[int, ...] = ()
    """Indices of the public tests whose expected outputs were swapped, so that they are wrong; empty where none is."""
    turns: tuple[Turn, ...] = Field(min_length=1)
    """The answers, each with the reply to it."""

    @model_validator(mode="after")
    def _counts_agree(self) -> "Trajectory":
        for turn in self.turns:
            if not len(turn.shown_passed) == len(turn.public_passed) == len(self.public_tests):
                raise ValueError(f"a turn of {self.prompt_id}/{self.index} does not judge every public test once")
            if len(turn.hidden_passed) != len(self.turns[0].hidden_passed):
                raise ValueError(f"the turns of {self.prompt_id}/{self.index} do not run the same tests")
        if any(not 0 <= place < len(self.public_tests) for place in self.perturbed):
            raise ValueError(f"{self.prompt_id}/{self.index} perturbs a public test that it does not have")
        return self

    @property
    def rates(self) -> tuple[float, ...]:
        """Share of all true tests that each program passes, in [0, 1]."""
        return tuple(turn.rate for turn in self.turns)
