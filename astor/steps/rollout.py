"""rollout: a policy answers every prompt of a batch several times."""

from typing import TYPE_CHECKING

from astor.records import Batch, Completion, Prompt
from astor.steps.run import Run
from astor.storage import load
from astor.tasks.multi_turn.problem import Problem

if TYPE_CHECKING:
    from astor.policies.policy import Policy
    from astor.rollout.transformers_engine import TransformersEngine


def rollout(run: Run, prompts: str, batch: str, policy: str, part: str = "batch") -> str:
    """Commit the completions of a batch and return their reference.

    Args:
        prompts: what `prepare` committed.
        batch: the artifact that holds the batch: what `plan` or the round before's `score` committed.
        policy: the artifact that holds the policy.
        part: `batch` for a training round; `held_out` or `promotion` for an evaluation.

    A batch that asks for greedy rollouts gets them as a part of their own, `greedy_completions`.
    """
    wanted: Batch = run.read(batch, part)
    live = policy_of(run, policy)
    place = ("rounds", wanted.round) if part == "batch" else ("evaluations", f"{part}-{live.card.digest[:12]}")
    uri = run.place(*place, "rollout")
    made_from = {"prompts": prompts, "batch": batch, "policy": f"#{live.card.digest}"}
    if reference := run.done(uri, made_from):
        return reference
    known = run.read(prompts, "prompts", by_id)
    parts = {"completions": answer(run, live, known, wanted)}
    if wanted.greedy:
        rows = tuple(row.model_copy(update={"rollouts": 1}) for row in wanted.rows)
        once = wanted.model_copy(update={"temperature": 0.0, "rows": rows})
        parts["greedy_completions"] = answer(run, live, known, once)
    return run.commit(uri, made_from, **parts)


def answer(run: Run, policy: "Policy", prompts: dict[str, Prompt], batch: Batch) -> list[Completion]:
    """Completions of a batch; of a task with several turns, which come last, each is a whole trajectory."""
    from astor.rollout.rollout import roll_out
    from astor.rollout.turns import TurnsOptions, roll_out_turns

    engine = engine_of(run)
    over_turns = {
        key: task.multi_turn for key, task in run.tasks.items() if task.multi_turn and task.multi_turn.turns > 1
    }
    single = tuple(row for row in batch.rows if row.task not in over_turns)
    completions = roll_out(engine, policy, prompts, batch.model_copy(update={"rows": single}))
    for key, multi_turn in over_turns.items():
        if not (rows := [row for row in batch.rows if row.task == key]):
            continue
        settings = TurnsOptions(
            trajectories=rows[0].rollouts,
            turns=multi_turn.turns,
            temperature=batch.temperature,
            seed=batch.seed,
        )
        problems = [Problem.of(prompts[row.prompt_id]) for row in rows]
        dialogues = roll_out_turns(engine, policy, multi_turn, run.sandbox, problems, settings, verbatim=True)
        completions += [dialogue.completion(policy) for dialogue in dialogues]
    return completions


def by_id(prompts: list[Prompt]) -> dict[str, Prompt]:
    """Prompt id → prompt."""
    return {prompt.id: prompt for prompt in prompts}


def policy_of(run: Run, policy: str) -> "Policy":
    """The policy of an artifact: the one being trained, where this process trains it, else loaded and kept."""
    from astor.policies.policy import load_policy
    from astor.steps.threads import set_threads

    if engine := run.recall(policy, "engine"):
        return engine.policy
    if (loaded := run.recall(policy, "loaded")) is None:
        set_threads(run.recipe)
        uri, _, _ = policy.rpartition("#")
        loaded = load_policy(load(uri).part("policy"))
        run.remember(policy, "loaded", loaded)
    return loaded


def engine_of(run: Run) -> "TransformersEngine":
    """The rollout engine of this process."""
    from astor.rollout.transformers_engine import TransformersEngine

    if (engine := run.recall("process", "rollout engine")) is None:
        engine = TransformersEngine(run.recipe.rollout)
        run.remember("process", "rollout engine", engine)
    return engine
