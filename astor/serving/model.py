"""The model that is served: asked in this process, sampled in one of its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from signal import SIGKILL
from types import TracebackType
from typing import Self

from astor.errors import UserError
from astor.policies.chat import Chat, load_chat
from astor.serving.messages import Ask, Drop, Ready, Refusal, Scored, Token, Told, Unusable
from astor.serving.model_process import answer_asks
from astor.serving.turns import Turns

PROMPT = -1
"""Stands where a rollout's number does, for the prompt itself."""


class FullError(Exception):
    """So many answers are waited for that no more are taken."""


class EndedError(Exception):
    """The answer will not come: the server ends, or the model's process has ended."""


class Model:
    """A policy in a process of its own, a context manager. All its methods are of one event loop.

    Answers are sampled together: a new one joins those in the making at their next token.
    """

    def __init__(self, policy_directory: Path, most_tokens: int, most_answers: int) -> None:
        """UserError where the directory holds no policy.

        Args:
            most_tokens: prompts and answers that are sampled together may have.
            most_answers: that may be waited for; beyond them FullError is raised.
        """
        self.chat: Chat = load_chat(policy_directory)
        self.digest = ""
        self.why_ended = ""
        """Why no answer comes any more; empty as long as they do."""
        self.drains = False
        """Whether what runs goes on, and nothing more is taken."""
        self._directory, self._most_tokens, self._most_answers = policy_directory, most_tokens, most_answers
        self.turns = Turns()
        """Taken by whoever asks, and once an answer has come."""
        self._numbers = count()
        self._open: dict[int, _Open] = {}
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._sender = ThreadPoolExecutor(1, "asks")

    def __enter__(self) -> Self:
        """Start the process, and wait until the policy is loaded. UserError where it cannot be."""
        context = get_context("spawn")
        self._connection, there = context.Pipe()
        arguments = (there, self._directory, self._most_tokens)
        self._process = context.Process(target=answer_asks, args=arguments, name="astor-model", daemon=True)
        self._process.start()
        there.close()
        try:
            said: Ready | Unusable = self._connection.recv()
        except EOFError:
            self._process.join()
            raise UserError(
                f"The process with the model ended before it was loaded (exit code {self._process.exitcode}): "
                "there may be too little memory for it."
            ) from None
        if isinstance(said, Unusable):
            raise UserError(said.reason)
        self.digest = said.digest
        return self

    def listen(self) -> None:
        """Have the running event loop take what the process says."""
        assert self._connection is not None, "it was started"
        asyncio.get_running_loop().add_reader(self._connection.fileno(), self._receive)
        os.set_blocking(self._connection.fileno(), True)  # uvloop changes it, and messages are read and written whole

    @property
    def why_closed(self) -> str:
        """Why no asks are taken; empty where they are."""
        return self.why_ended or ("the server is about to end" if self.drains else "")

    @cached_property
    def most_characters(self) -> int:
        """Characters of the longest text that can fit the context."""
        return self.chat.context * max(map(len, self.chat.tokenizer.get_vocab()))

    @property
    def waited_for(self) -> int:
        """Answers that somebody waits for."""
        return sum(len(one.left) for one in set(self._open.values()))

    def check_room(self, answers: int) -> None:
        """Raise FullError where so many more are too many, EndedError where none come."""
        if self.why_closed:
            raise EndedError(self.why_closed)
        if self.waited_for + answers > self._most_answers:
            raise FullError

    def number(self) -> int:
        """A number for an ask."""
        return next(self._numbers)

    async def answers(self, asks: Sequence[Ask], at_once: bool) -> AsyncIterator[list[Token | Scored]]:
        """What is sampled for the asks, until all their answers have ended; leaving early has them dropped.

        Args:
            at_once: give every token as it comes, not only when all are there.

        Raises:
            FullError, EndedError: as `check_room`.
            UserError: memory does not hold the answers.
        """
        self.check_room(sum(ask.rollouts for ask in asks))
        one = _Open(asks, at_once)
        self._open |= {ask.number: one for ask in asks}
        try:
            for ask in asks:
                self._tell(ask)
            while one.left or one.told:
                await one.changed.wait()
                await self.turns.mine()
                one.changed.clear()
                if one.refusal is not None:
                    raise one.refusal
                told, one.told = one.told, []
                if told:
                    yield told
        finally:
            for ask in asks:
                del self._open[ask.number]
            if one.left:
                self._tell(Drop(frozenset(one.left)))

    def drop(self, number: int, rollout: int) -> None:
        """Have no more sampled of an answer whose end was found by others than the model."""
        one = self._open[number]
        if (number, rollout) in one.left:
            one.left.discard((number, rollout))
            self._tell(Drop(frozenset([(number, rollout)])))
        if not one.left:
            one.changed.set()

    def end(self, why: str) -> None:
        """Take no more asks, and tell those who wait that no answer comes."""
        self.why_ended = why
        for one in self._open.values():
            one.refuse(EndedError(why))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process."""
        self._sender.shutdown()
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def _tell(self, message: Ask | Drop) -> None:
        """Send without waiting, for the process may be busy and the pipe full; in the order in which it was called."""
        asyncio.get_running_loop().run_in_executor(self._sender, self._send, message)

    def _send(self, message: Ask | Drop) -> None:
        assert self._connection is not None
        with suppress(OSError):  # the process has ended, which `_receive` is told of
            self._connection.send(message)

    def _receive(self) -> None:
        assert self._connection is not None
        try:
            told: list[Told] = self._connection.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            self.end(f"the process with the model has ended{self._how()}")
            return
        for each in told:
            if one := self._open.get(each.number):
                one.take(each)

    def _how(self) -> str:
        """How the process ended, where that is known soon."""
        assert self._process is not None
        self._process.join(1)
        killed = " by SIGKILL: there may be too little memory for it" if self._process.exitcode == -SIGKILL else ""
        return killed or (f" with exit code {self._process.exitcode}" if self._process.exitcode is not None else "")


class _Open:
    """Asks that somebody waits for together."""

    def __init__(self, asks: Sequence[Ask], at_once: bool) -> None:
        self.left = {(ask.number, rollout) for ask in asks for rollout in range(ask.rollouts)}
        self.left |= {(ask.number, PROMPT) for ask in asks if ask.scored}
        self.at_once = at_once
        self.told: list[Token | Scored] = []
        self.refusal: Exception | None = None
        self.changed = asyncio.Event()

    def take(self, told: Told) -> None:
        if isinstance(told, Refusal):
            self.refuse(UserError(told.reason))
            return
        self.told.append(told)
        if isinstance(told, Scored):
            self.left.discard((told.number, PROMPT))
        elif told.end is not None:
            self.left.discard((told.number, told.rollout))
        if self.at_once or not self.left:
            self.changed.set()

    def refuse(self, error: Exception) -> None:
        self.refusal = error
        self.changed.set()
