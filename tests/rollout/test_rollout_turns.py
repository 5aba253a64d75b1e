"""Rollouts over turns with real engine, policy and sandbox: what stands in contexts, and what trains on them."""

import math
from collections.abc import Iterator
from copy import deepcopy

import pytest
import torch

from astor.data.turns import fenced
from astor.policies.logprobs import completion_logps
from astor.policies.options import TinyOptions, WarmStartOptions
from astor.policies.policy import Policy
from astor.records import Call, Demonstration, Message, Prompt, Split
from astor.rollout.engine import Sampler
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.rollout.turns import Dialogue, TurnsOptions, roll_out_turns
from astor.sandbox import Limits, Sandbox, SandboxOptions
from astor.tasks.multi_turn.code_turns import CodeTurns
from astor.tasks.multi_turn.conversation import conversation
from astor.tasks.multi_turn.feedback import FeedbackOptions
from astor.tasks.multi_turn.problem import Problem
from astor.training.warm_start import warm_start

OPTIONS = TurnsOptions(trajectories=3, turns=3, temperature=1.0, seed=7)
MULTI_TURN = CodeTurns(FeedbackOptions(style="short"))


def program(constant: int) -> str:
    return f"def f(x):\n    return x + {constant}"


def ask(text: str) -> tuple[Message, ...]:
    return (Message(role="user", content=text),)


@pytest.fixture(scope="module")
def speaker() -> Policy:
    """A tiny policy that writes `f` with some constant, after a question and after feedback."""
    demonstrations = [
        Demonstration(task="t", messages=messages, answer=fenced(program(right)))
        for right in range(1, 5)
        for wrong in range(1, 5)
        for x in range(3)
        for messages in (
            ask("add some"),
            (
                *ask("add some"),
                Message(role="assistant", content=fenced(program(wrong))),
                Message(role="user", content=f"f({x}) == {x + right} not {x + wrong}"),
            ),
        )
    ]
    options = TinyOptions(hidden_size=48, vocabulary=200, warm_start=WarmStartOptions(steps=60, batch_size=24))
    policy = warm_start(demonstrations, options, seed=0)
    policy.model.double()  # In fp32 rounding, which depends on the rows sampled together, now and then decides a draw.
    return policy


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=1, limits=Limits(cpu_seconds=0.5, wall_seconds=5))) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def sampler(speaker: Policy) -> Sampler:
    return live_sampler(speaker, TransformersEngineOptions())


def prompt(name: str = "p") -> Prompt:
    calls = tuple(Call(arguments=f"({x},)", returns=str(x + 3)) for x in range(4))
    known = {"item_id": "i", "task": "multi_turn_code", "split": Split.TRAIN, "max_tokens": 40}
    return Prompt(id=name, messages=ask("add some"), public_tests=calls, entry="f", **known)


def texts(dialogues: list[Dialogue]) -> list[list[str]]:
    return [[turn.text for turn in one.turns] for one in dialogues]


@pytest.fixture(scope="module")
def dialogues(sampler: Sampler, speaker: Policy, sandbox: Sandbox) -> list[Dialogue]:
    return roll_out_turns(sampler, MULTI_TURN, sandbox, [Problem.of(prompt()), Problem.of(prompt("q"))], OPTIONS)


def test_every_turn_answers_the_conversation_so_far(dialogues: list[Dialogue], speaker: Policy) -> None:
    assert [(one.problem.prompt.id, one.index) for one in dialogues] == [(p, i) for p in "pq" for i in range(3)]
    for one in dialogues:
        for number, context in enumerate(one.contexts):
            assert context == speaker.chat.encode(conversation(one.problem.prompt.messages, one.turns[:number]))
        trajectory = one.trajectory(speaker.ref)
        assert len(trajectory.turns) == 3
        assert all(turn.hidden_passed == () for turn in trajectory.turns), "collecting knows no hidden test"
        for turn in trajectory.turns:
            assert turn.passes_what_is_shown == (turn.feedback == "passed")
    assert any(turn.program for one in dialogues for turn in one.turns)


def test_rollouts_repeat_and_do_not_depend_on_other_problems(
    dialogues: list[Dialogue], sampler: Sampler, speaker: Policy, sandbox: Sandbox
) -> None:
    alone = roll_out_turns(sampler, MULTI_TURN, sandbox, [Problem.of(prompt("q"))], OPTIONS)
    assert texts(alone) == texts(dialogues[3:])


def test_every_later_turn_is_drawn_with_a_seed_of_its_own(dialogues: list[Dialogue]) -> None:
    later = [turn.seed for one in dialogues for turn in one.turns[1:]]
    first = {one.problem.prompt.id: one.turns[0].seed for one in dialogues}
    assert len({*later, *first.values()}) == len(later) + len(first)
    assert len({one[0] for one in texts(dialogues)}) > 1, "rollouts of one request differ"


def test_first_turns_are_taken_over_and_judged_anew(
    dialogues: list[Dialogue], sampler: Sampler, speaker: Policy, sandbox: Sandbox
) -> None:
    first = {(one.problem.prompt.id, one.index): one.turns[0] for one in dialogues}
    changed = Problem.with_wrong_tests(prompt(), seed=0)
    assert changed is not None
    again = roll_out_turns(sampler, MULTI_TURN, sandbox, [changed], OPTIONS, first=first)
    assert [one[0] for one in texts(again)] == [one[0] for one in texts(dialogues[:3])]
    for one in again:
        turn = one.trajectory(speaker.ref).turns[0]
        assert len(one.samples) == 2
        right = first["p", one.index].passes_what_is_shown
        assert all(turn.public_passed) == right
        assert not (right and turn.passes_what_is_shown), "what is right fails wrong tests"


@pytest.mark.parametrize("outputs", [("{1, 2}", "{2, 1}"), ("2", "2.0"), ("[1]", "[1]")])
def test_tests_that_expect_the_same_value_are_not_made_wrong_by_each_other(outputs: tuple[str, str]) -> None:
    calls = tuple(Call(arguments=f"({x},)", returns=output) for x, output in enumerate(outputs))
    asked = prompt().model_copy(update={"public_tests": calls})
    assert Problem.with_wrong_tests(asked, seed=0) is None
    other = asked.model_copy(update={"public_tests": (*calls, Call(arguments="(9,)", returns="9"))})
    for seed in range(9):
        changed = Problem.with_wrong_tests(other, seed)
        assert changed is not None
        assert "9" in {changed.true[place].expected for place in changed.perturbed}


def test_a_trajectory_is_one_sequence_with_a_mask_over_its_answers(
    sampler: Sampler, speaker: Policy, sandbox: Sandbox
) -> None:
    for one in roll_out_turns(sampler, MULTI_TURN, sandbox, [Problem.of(prompt())], OPTIONS, verbatim=True):
        whole = one.completion(speaker.chat)
        own = [token for token, mine in zip(whole.tokens, whole.loss_mask, strict=True) if mine]
        assert own == [token for sample in one.samples for token in sample.tokens]
        assert whole.text == one.turns[-1].text
        decoded = speaker.chat.tokenizer.decode([*whole.prompt_tokens, *whole.tokens])
        for turn in one.turns[:-1]:
            assert f"<|user|>{turn.feedback}<|assistant|>" in decoded
        with torch.no_grad():
            logps, _ = completion_logps(speaker.model, [whole.prompt_tokens], [[whole.tokens]], 1.0)
        for trained, sampled, mine in zip(logps[0].tolist(), whole.logp_rollout, whole.loss_mask, strict=True):
            assert not mine or math.isclose(trained, sampled, abs_tol=1e-4), "engine and trainer see one context"


@pytest.mark.parametrize("verbatim", [False, True])
def test_rules_stand_in_the_question_where_the_template_refuses_a_system_turn(
    verbatim: bool, speaker: Policy, sandbox: Sandbox
) -> None:
    tokenizer = deepcopy(speaker.chat.tokenizer)
    refuse = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    tokenizer.chat_template = refuse + tokenizer.chat_template
    sampler = live_sampler(Policy(speaker.model, tokenizer), TransformersEngineOptions())
    messages = (Message(role="system", content="be kind"), *ask("add some"))
    asked = Problem.of(prompt().model_copy(update={"messages": messages}))
    for one in roll_out_turns(sampler, MULTI_TURN, sandbox, [asked], OPTIONS, verbatim=verbatim):
        for context in one.contexts:
            assert tokenizer.decode(context).startswith("<|user|>be kind\n\nadd some<|assistant|>")


@pytest.mark.parametrize("verbatim", [False, True])
def test_answers_for_which_the_context_has_no_room_are_empty(
    verbatim: bool,
    dialogues: list[Dialogue],
    sampler: Sampler,
    speaker: Policy,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = prompt()
    room = len(dialogues[0].contexts[0]) + asked.max_tokens
    monkeypatch.setattr(speaker.chat, "context", room)
    rolled_out = roll_out_turns(sampler, MULTI_TURN, sandbox, [Problem.of(asked)], OPTIONS, verbatim=verbatim)
    assert [one[0] for one in texts(rolled_out)] == [one[0] for one in texts(dialogues[:3])]
    for one in rolled_out:
        assert [(turn.text, turn.program, turn.feedback, turn.tokens) for turn in one.turns[1:]] == (
            [("", None, "no program", 0)] * 2
        )
        if verbatim:
            whole = one.completion(speaker.chat)
            assert (whole.tokens, whole.text) == (one.samples[0].tokens, "")
            assert all(whole.loss_mask), "feedback that nothing answers is not in it"
