"""Artifacts as steps read and commit them, with the records that this process has in memory."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from astor.errors import UserError
from astor.run.parts import Payload, describe, read_part, write_part
from astor.storage import ArtifactRef, Attempt, DamagedError, PolicyRef, committed, find, load

REMEMBERED = 48
"""Parts kept in memory: those of the last few rounds, and the prompts."""

Inputs = Mapping[str, ArtifactRef | PolicyRef | str | None]
"""Name of an input → what was read, or its digest; None where there was nothing to read."""


class Artifacts:
    """Reads by ref, commits by place. Whatever is read was committed, or is checked to be what was."""

    def __init__(self) -> None:
        self._memory: OrderedDict[tuple[ArtifactRef, str], Any] = OrderedDict()
        self._began = time.perf_counter()
        self._measured: Mapping[str, float] = {}

    def done(self, uri: str, made_from: Inputs) -> ArtifactRef | None:
        """What was committed at `uri` from these inputs, or None where nothing was.

        Raises:
            UserError: something is there that was made from other inputs.
        """
        self.begin()
        artifact = find(uri)
        if artifact is None:
            return None
        if artifact.manifest.made_from != _digests(made_from):
            raise UserError(f"{uri} was made from other inputs than these: run again with --fresh, or remove it.")
        return artifact.ref

    def begin(self, at: float | None = None) -> None:
        """Count the seconds of what is committed next from now on, or from `at` of `time.perf_counter`."""
        self._began = time.perf_counter() if at is None else at

    def note(self, measured: Mapping[str, float]) -> None:
        """Have the manifest of what is committed next say these beside its seconds."""
        self._measured = measured

    def commit(self, uri: str, made_from: Inputs, **parts: Payload) -> ArtifactRef:
        """Commit `parts` at `uri` and return the ref of what stands there afterwards.

        The manifest's seconds count from `begin`, or from when `done` was asked, or from the commit before.
        """
        with Attempt(uri, _digests(made_from)) as attempt:
            for name, payload in parts.items():
                write_part(attempt.part(name, *describe(name, payload)), name, payload)
            artifact = attempt.commit(time.perf_counter() - self._began, self._measured)
        self._began, self._measured = time.perf_counter(), {}
        if artifact.manifest.attempt == attempt.name:
            for name, payload in parts.items():
                if not callable(payload):
                    self._remember(artifact.ref, name, payload)
        return artifact.ref

    def read(self, ref: ArtifactRef, part: str, view: Callable[[Any], Any] | None = None) -> Any:
        """The part of an artifact, from memory where this process has it; through `view`, remembered too."""
        name = part if view is None else f"{part}:{view.__qualname__}"
        if (ref, name) not in self._memory:
            self._remember(ref, name, _load(ref, part) if view is None else view(self.read(ref, part)))
        self._memory.move_to_end((ref, name))
        return self._memory[ref, name]

    def has(self, ref: ArtifactRef, part: str) -> bool:
        """Whether the artifact has the part."""
        return (ref, part) in self._memory or part in load(ref).manifest.parts

    def find(self, uri: str) -> ArtifactRef | None:
        """What was committed at `uri`, or None."""
        artifact = find(uri)
        return artifact.ref if artifact else None

    def committed(self, uri: str) -> ArtifactRef:
        """What must have been committed at `uri`."""
        return committed(uri).ref

    def _remember(self, ref: ArtifactRef, name: str, value: Any) -> None:
        self._memory[ref, name] = value
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)


def _load(ref: ArtifactRef, part: str) -> Any:
    directory = load(ref).part(part)
    try:
        return read_part(directory, part)
    except (ValueError, UserError) as error:  # what pydantic and Arrow raise is a ValueError
        raise DamagedError(ref.uri, f"its {part} cannot be read") from error


def _digests(made_from: Inputs) -> dict[str, str]:
    return {name: ref if isinstance(ref, str) else "" if ref is None else ref.digest for name, ref in made_from.items()}
