"""Samples on their way into completions: kept in a file as they come, so that a kill loses what is in flight alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from astor.rollout.engine import Request, Sample, StreamingEngine
from astor.storage import PolicyRef, digest_json


class KeptEngine:
    """An engine that goes on from the samples in a file, which whoever was killed there left.

    A line has all samples of one request, under the digest of the policy and of everything that the request says. Only
    for policies whose digest is one of files: between two commits a name does not say which weights it means.
    """

    def __init__(self, engine: StreamingEngine, path: Path) -> None:
        self._engine, self._path = engine, path

    @property
    def metrics(self) -> Mapping[str, float]:
        return self._engine.metrics

    def generate(self, policy: PolicyRef, requests: Sequence[Request]) -> list[Sample]:
        """As the engine's, which is asked for those alone that are not in the file."""
        keys = [_key(policy, request) for request in requests]
        found = self._read()
        missing = [place for place, key in enumerate(keys) if key not in found]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered, and with the line's end before it: a line is whole, or it is one that cannot be read.
        with self._path.open("ab", buffering=0) as file:

            def keep(place: int, samples: Sequence[Sample]) -> None:
                key = keys[missing[place]]
                found[key] = list(samples)
                if all(sample.finish_reason != "failed" for sample in samples):
                    line = json.dumps({"key": key, "samples": [asdict(sample) for sample in samples]})
                    file.write(f"\n{line}".encode())

            self._engine.stream(policy, [requests[place] for place in missing], keep)
        return [sample for key in keys for sample in found[key]]

    def _read(self) -> dict[str, list[Sample]]:
        found = {}
        for line in self._path.read_bytes().split(b"\n") if self._path.is_file() else ():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # what was being written when the end came
            found[told["key"]] = [_sample(one) for one in told["samples"]]
        return found


def _key(policy: PolicyRef, request: Request) -> str:
    return digest_json({**asdict(request), "policy": policy.digest})


def _sample(told: Mapping[str, object]) -> Sample:
    """A sample as JSON has it, whose tuples are lists there."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Sample(**values)  # type: ignore[arg-type]  # as `asdict` wrote them
