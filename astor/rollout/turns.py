"""Rollouts over turns: the policy answers, its task replies, and the policy answers again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import Field

from astor.errors import UserError
from astor.options import Options
from astor.records import Completion, Trajectory, Turn
from astor.rollout.engine import Request, Sample, Sampler
from astor.rollout.seeds import row_seed
from astor.rollout.verbatim import continue_tokens, whole_completion
from astor.sandbox.runner import JobRunner
from astor.storage import PolicyRef
from astor.tasks.multi_turn.capability import Answered, MultiTurn
from astor.tasks.multi_turn.conversation import conversation
from astor.tasks.multi_turn.problem import Problem

if TYPE_CHECKING:
    from astor.policies.chat import Chat


class TurnsOptions(Options):
    """How trajectories are sampled."""

    trajectories: int = Field(ge=1)
    """Trajectories of each problem."""
    turns: int = Field(ge=1)
    """Answers of each."""
    temperature: float = Field(ge=0)
    top_p: float = Field(1.0, gt=0, le=1)
    """Below 1 for evaluation alone, as in `Request`."""
    seed: int
    """Turn u of trajectory i depends on this, the problem, i and u, and on what was said before."""


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

    @property
    def failed(self) -> bool:
        """Whether the engine could not sample its last answer."""
        return bool(self.samples) and self.samples[-1].finish_reason == "failed"

    def trajectory(self, policy: PolicyRef) -> Trajectory:
        """The trajectory as a record, before its hidden tests are run."""
        prompt = self.problem.prompt
        return Trajectory(
            prompt_id=prompt.id,
            task=prompt.task,
            split=prompt.split,
            index=self.index,
            policy_digest=policy.digest,
            messages=prompt.messages,
            public_tests=self.problem.shown,
            perturbed=self.problem.perturbed,
            turns=tuple(self.turns),
        )

    def completion(self, chat: "Chat") -> Completion:
        """The trajectory as one sequence of tokens; only of one that was rolled out verbatim."""
        prompt = self.problem.prompt
        whole = whole_completion(chat, prompt.id, prompt.task, self.index, self.contexts, self.samples)
        return whole.model_copy(update={"text": ""}) if self.outgrown else whole


def roll_out_turns(
    sampler: Sampler,
    multi_turn: MultiTurn,
    sandbox: JobRunner,
    problems: Sequence[Problem],
    options: TurnsOptions,
    *,
    first: Mapping[tuple[str, int], Turn] | None = None,
    verbatim: bool = False,
) -> list[Dialogue]:
    """Every problem's trajectories, in the order of problems and then by index.

    Where the policy's context has no room for one more answer, that answer and all after it are empty (our choice: one
    long feedback would end everything else, and turns are compared over the same trajectories).

    Args:
        multi_turn: the problems' task; it replies with what a policy may know.
        first: prompt id and index → the first turn, which is not sampled then: conditions that are compared begin with
            the same answers. They are replied to anew, by the problem's own tests.
        verbatim: the context is token by token what was said, thinking included, so that a trajectory is one sequence
            to train on. Otherwise it is the conversation that a prompt would hold, encoded anew.

    Raises:
        UserError: the sandbox fails again and again, a question does not fit the policy's context, or the engine fails
            to sample where trajectories are judged turn by turn.
    """
    assert first is None or not verbatim, "what was not sampled cannot be trained on"
    dialogues = [Dialogue(problem, index) for problem in problems for index in range(options.trajectories)]
    for number in range(options.turns):
        if first is not None and number == 0:
            cached = [first[one.problem.prompt.id, one.index] for one in dialogues]
            answers = [(turn.text, turn.seed, turn.tokens) for turn in cached]
        else:
            answers = _sample(sampler, dialogues, number, options, verbatim)
        said = zip(dialogues, answers, strict=True)
        asked = [Answered(one.problem, tuple(one.turns), text) for one, (text, _, _) in said]
        for one, turn, (_, seed, tokens) in zip(dialogues, multi_turn.reply(asked, sandbox), answers, strict=True):
            one.turns.append(turn.model_copy(update={"seed": seed, "tokens": tokens}))
    return dialogues


def _sample(
    sampler: Sampler, dialogues: Sequence[Dialogue], number: int, options: TurnsOptions, verbatim: bool
) -> list[tuple[str, int, int]]:
    """Turn `number` of every dialogue: text, seed and tokens of each. First turns of a problem are one request."""
    chat = sampler.chat
    requests, asked = [], []
    for one in dialogues:
        prompt = one.problem.prompt
        if one.outgrown or one.failed:
            continue
        if verbatim and number:
            context = continue_tokens(chat, one.contexts[-1], one.samples[-1], one.turns[-1].feedback)
        else:
            context = chat.encode(conversation(prompt.messages, one.turns))
        one.outgrown = number > 0 and len(context) + prompt.max_tokens > chat.context
        if one.outgrown:
            continue
        one.contexts.append(context)
        asked.append(one)
        if number == 0 and one.index:
            continue
        rollouts = 1 if number else options.trajectories
        seed = row_seed(options.seed, f"{prompt.id}/{one.index}/{number}" if number else prompt.id)
        requests.append(Request(context, rollouts, prompt.max_tokens, seed, options.temperature, top_p=options.top_p))
    answers = {}
    seeds = [request.seed for request in requests for _ in range(request.rollouts)]
    for one, seed, sample in zip(asked, seeds, sampler.generate(requests), strict=True):
        one.samples.append(sample)
        answers[id(one)] = (chat.answer(one.contexts[-1], sample.tokens), seed, len(sample.tokens))
    if not verbatim and (failed := sum(one.failed for one in asked)):
        raise UserError(
            f"The rollout engine could not sample {failed} of {len(asked)} answers, without which trajectories cannot "
            "be judged: look after its servers, then give the same command again."
        )
    return [answers.get(id(one), ("", 0, 0)) for one in dialogues]
