"""The process with the model: asks come in, tokens go out. Whoever serves HTTP never waits for a matrix product."""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from astor.errors import UserError
from astor.serving.messages import Ask, Drop, Ready, Refusal, Told, Unusable

FEW_PARAMETERS = 10_000_000
"""A policy of fewer is computed by one thread: to hand a part to another takes longer than the part. Our choice: of 0.3
million, two threads take a quarter more of the processor for the same answers."""
OUT_OF_MEMORY = "Memory does not hold what is answered now: ask for fewer tokens, or again later."


def answer_asks(connection: Connection, policy_directory: Path, most_tokens: int) -> None:
    """Load the policy, say so, and answer until the other side is gone."""
    # Threads of OpenMP spin by default while they wait for each other, and hold the core that another of them needs as
    # soon as others compute on the machine, too: a step then takes ten times as long. It is read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it, after what runs was answered
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    import torch

    from astor.policies.policy import load_policy
    from astor.serving.running import RunningRows, score
    from astor.storage import digest_directory

    try:
        digest = digest_directory(policy_directory)
        policy = load_policy(policy_directory)
    except UserError as error:
        connection.send(Unusable(str(error)))
        return
    if sum(weights.numel() for weights in policy.model.parameters()) < FEW_PARAMETERS:
        torch.set_num_threads(1)
    connection.send(Ready(digest))
    rows = RunningRows(policy, most_tokens)
    while True:
        told: list[Told] = []
        gone: set[tuple[int, int]] = set()
        while connection.poll(0 if len(rows) or told else None):
            try:
                message: Ask | Drop = connection.recv()
            except EOFError:
                return
            if isinstance(message, Drop):
                gone |= message.answers
                continue
            if message.scored:
                told.append(score(policy, message))
            rows.add(message)
        if gone:
            rows.drop(gone)
        try:
            told += rows.step()
        except RuntimeError as error:
            if not _out_of_memory(error):
                raise
            told += [Refusal(number, OUT_OF_MEMORY) for number in rows.fail()]
        try:
            connection.send(told)
        except BrokenPipeError:
            return


def _out_of_memory(error: RuntimeError) -> bool:
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
