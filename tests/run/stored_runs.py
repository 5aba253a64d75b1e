"""Runs as steps leave them, without the steps: small artifacts at the places where a run has its own."""

import json
from collections.abc import Callable
from pathlib import Path

from astor.records import Champion, Score, Scores
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef, committed, digest_directory

ANYTHING = Champion(policy=PolicyRef("d", "d"))


def text(words: str, name: str = "file.txt") -> Callable[[Path], None]:
    """A part that is a file of these words."""

    def write(directory: Path) -> None:
        (directory / name).write_text(words)

    return write


def policy(run: Run, uri: str, words: str) -> str:
    """Commit a policy of these words; its digest."""
    run.artifacts.commit(uri, {}, policy=text(words))
    return digest_directory(committed(uri).part("policy"))


def scores(run: Run, name: str, round: int, mean: float) -> ArtifactRef:
    """Rollouts, verdicts and scores of a policy on held-out prompts."""
    for step in ("rollout", "verify"):
        run.artifacts.commit(run.places.evaluation("held_out", name, step), {}, champion=ANYTHING)
    measured = Score(task="all", metric="mean", value=mean, low=0.0, high=1.0, count=4)
    of_policy = Scores(policy_digest=name, split="held_out", round=round, scores=(measured,))
    return run.artifacts.commit(run.places.evaluation("held_out", name, "scores"), {}, scores=of_policy)


def begin(run: Run, rounds: int = 0) -> None:
    """A run that was planned, with its own prompts and first policy, and went through so many rounds."""
    run.artifacts.commit(run.places.at("recipe"), {}, recipe=text(run.resolved_text, "recipe.yaml"))
    root, places = run.places.root, run.places
    first = policy(run, f"{root}/cache/policies/{places.name[-12:]}", f"first of {places.name}")
    references = run.artifacts.commit(f"{root}/references/{places.name[-12:]}", {}, batch=ANYTHING)
    prompts = run.artifacts.commit(
        f"{root}/cache/prompts/{places.name[-12:]}", {"references": references}, prompts=text(places.name)
    )
    run.artifacts.commit(places.at("plan"), {"prompts": prompts, "policy": first}, champion=ANYTHING)
    for round in range(rounds):
        for step in ("rollout", "verify", "score", "update"):
            run.artifacts.commit(places.at("rounds", round, step), {}, champion=ANYTHING)
        run.artifacts.commit(places.at("rounds", round + 1, "checkpoint"), {}, champion=ANYTHING)


def finish(run: Run) -> str:
    """A run that came to its end; the digest of the policy that it kept."""
    begin(run, run.recipe.rounds)
    before, _, after = (scores(run, name * 12, 2 * place, (0.25, 0.3, 0.5)[place]) for place, name in enumerate("abc"))
    draft = f"{run.places.root}/draft-{run.places.name}"
    digest = policy(run, draft, f"last of {run.places.name}")
    Path(run.places.model(digest)).parent.mkdir(exist_ok=True)
    Path(draft).rename(run.places.model(digest))
    summary = text(json.dumps({"model": "astor-miniature/1"}), "summary.json")
    made_from = {"policy": digest, "before": before, "after": after}
    run.artifacts.commit(run.places.result, made_from, summary=summary)
    return digest
