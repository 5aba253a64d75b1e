"""Rollouts over turns: the policy answers, its program meets the public tests, and feedback asks for the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from astor.options import Options
from astor.policies.policy import Policy
from astor.policies.prefix import room_of
from astor.records import Call, Completion, Prompt, PublicTest, Trajectory, Turn
from astor.rollout.engine import Engine, Request, Sample
from astor.rollout.rollout import row_seed
from astor.rollout.verbatim import continue_tokens, whole_completion
from astor.sandbox.runner import JobRunner
from astor.tasks.multi_turn.conversation import conversation
from astor.tasks.multi_turn.feedback import FeedbackOptions, give_feedback, public_tests
from astor.tasks.multi_turn.perturbation import perturb
from astor.tasks.multi_turn.programs import read_programs, run_calls
from astor.tasks.multi_turn.public_runs import runs_of_calls, same_literal


class TurnsOptions(Options):
    """How trajectories are sampled."""

    trajectories: int = Field(ge=1)
    """Of each problem."""
    turns: int = Field(ge=1)
    """Programs of each."""
    temperature: float = Field(ge=0)
    seed: int
    """Turn u of trajectory i depends on this, the problem, i and u, and on what was said before."""
    feedback: FeedbackOptions


@dataclass(frozen=True)
class Problem:
    """A prompt, and its public tests as feedback shows them."""

    prompt: Prompt
    shown: tuple[PublicTest, ...]
    true: tuple[PublicTest, ...]
    calls: tuple[Call, ...]
    """The true tests as data, in the same order."""
    perturbed: tuple[int, ...] = ()

    @classmethod
    def of(cls, prompt: Prompt) -> "Problem":
        """With its tests as they are."""
        tests = public_tests(prompt, prompt.entry)
        return cls(prompt, tests, tests, prompt.public_tests)

    @classmethod
    def with_wrong_tests(cls, prompt: Prompt, seed: int) -> "Problem | None":
        """With the outputs of two tests swapped, drawn by the seed; None where all tests expect the same."""
        tests = public_tests(prompt, prompt.entry)
        made = perturb(tests, f"{seed}/{prompt.id}", same_literal)
        if made is None:
            return None
        calls = dict(zip(tests, prompt.public_tests, strict=True))
        return cls(prompt, made.tests, made.true, tuple(calls[test] for test in made.true), made.perturbed)


@dataclass
class Dialogue:
    """One trajectory while it grows."""

    problem: Problem
    index: int
    turns: list[Turn] = field(default_factory=list)
    contexts: list[list[int]] = field(default_factory=list)
    """What the policy was given before each turn that it sampled."""
    samples: list[Sample] = field(default_factory=list)
    outgrown: bool = False
    """Whether the conversation has become longer than the policy can answer."""

    def trajectory(self, policy: Policy) -> Trajectory:
        """The trajectory as a record, before its hidden tests are run."""
        prompt = self.problem.prompt
        return Trajectory(
            prompt_id=prompt.id,
            task=prompt.task,
            split=prompt.split,
            index=self.index,
            policy_digest=policy.card.digest if policy.card else "",
            messages=prompt.messages,
            public_tests=self.problem.shown,
            perturbed=self.problem.perturbed,
            turns=tuple(self.turns),
        )

    def completion(self, policy: Policy) -> Completion:
        """The trajectory as one sequence of tokens; only of one that was rolled out verbatim."""
        prompt = self.problem.prompt
        whole = whole_completion(policy, prompt.id, prompt.task, self.index, self.contexts, self.samples)
        return whole.model_copy(update={"text": ""}) if self.outgrown else whole


def roll_out_turns(
    engine: Engine,
    policy: Policy,
    sandbox: JobRunner,
    problems: Sequence[Problem],
    options: TurnsOptions,
    *,
    first: Mapping[tuple[str, int], Turn] | None = None,
    verbatim: bool = False,
) -> list[Dialogue]:
    """Every problem's trajectories, in the order of problems and then by index. Only public tests are run.

    Where the policy's context has no room for one more answer, that answer and all after it are empty (our choice: one
    long feedback would end everything else, and turns are compared over the same trajectories).

    Args:
        first: prompt id and index → the first turn, which is not sampled then: conditions that are compared begin with
            the same programs. Feedback on them is given anew, on the problem's own tests.
        verbatim: the context is token by token what was said, thinking included, so that a trajectory is one sequence
            to train on. Otherwise it is the conversation that a prompt would hold, encoded anew.

    Raises:
        UserError: the sandbox fails again and again, or a question does not fit the policy's context.
    """
    assert first is None or not verbatim, "what was not sampled cannot be trained on"
    dialogues = [Dialogue(problem, index) for problem in problems for index in range(options.trajectories)]
    for number in range(options.turns):
        if first is not None and number == 0:
            cached = [first[one.problem.prompt.id, one.index] for one in dialogues]
            answers = [(turn.text, turn.seed, turn.tokens) for turn in cached]
        else:
            answers = _sample(engine, policy, dialogues, number, options, verbatim)
        _meet_tests(sandbox, dialogues, answers, options.feedback)
    return dialogues


def _sample(
    engine: Engine, policy: Policy, dialogues: Sequence[Dialogue], number: int, options: TurnsOptions, verbatim: bool
) -> list[tuple[str, int, int]]:
    """Turn `number` of every dialogue: text, seed and tokens of each. First turns of a problem are one request."""
    requests, asked = [], []
    for one in dialogues:
        prompt = one.problem.prompt
        if one.outgrown:
            continue
        if verbatim and number:
            context = continue_tokens(policy, one.contexts[-1], one.samples[-1], one.turns[-1].feedback)
        else:
            context = policy.encode(conversation(prompt.messages, one.turns))
        one.outgrown = number > 0 and len(context) + prompt.max_tokens > room_of(policy.model)
        if one.outgrown:
            continue
        one.contexts.append(context)
        asked.append(one)
        if number == 0 and one.index:
            continue
        rollouts = 1 if number else options.trajectories
        seed = row_seed(options.seed, f"{prompt.id}/{one.index}/{number}" if number else prompt.id)
        requests.append(Request(context, rollouts, prompt.max_tokens, seed, options.temperature))
    answers = {}
    seeds = [request.seed for request in requests for _ in range(request.rollouts)]
    for one, seed, sample in zip(asked, seeds, engine.generate(policy, requests), strict=True):
        one.samples.append(sample)
        answers[id(one)] = (policy.decode(sample.tokens), seed, len(sample.tokens))
    return [answers.get(id(one), ("", 0, 0)) for one in dialogues]


def _meet_tests(
    sandbox: JobRunner,
    dialogues: Sequence[Dialogue],
    answers: Sequence[tuple[str, int, int]],
    options: FeedbackOptions,
) -> None:
    """Read the answers' programs, run them on the public inputs, and add turns with the feedback that this gives."""
    programs = read_programs(sandbox, [text for text, _, _ in answers])
    asked = [
        program and (program, one.problem.prompt.entry, one.problem.calls)
        for one, program in zip(dialogues, programs, strict=True)
    ]
    ran = run_calls(sandbox, [one for one in asked if one])
    for one, (text, seed, tokens), program, wanted in zip(dialogues, answers, programs, asked, strict=True):
        shown = true = None
        if wanted:
            shown, true = (runs_of_calls(ran[wanted], tests) for tests in (one.problem.shown, one.problem.true))
        feedback = give_feedback(one.problem.shown, shown, options)
        none = (False,) * len(one.problem.shown)
        one.turns.append(
            Turn(
                text=text,
                program=program,
                shown_passed=tuple(run.end == "passed" for run in shown) if shown else none,
                public_passed=tuple(run.end == "passed" for run in true) if true else none,
                feedback=feedback.text,
                feedback_test=feedback.test,
                seed=seed,
                tokens=tokens,
            )
        )
