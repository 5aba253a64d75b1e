"""Evaluation over turns: held-out problems answered again and again, each answer judged by hidden tests."""

from astor.records import Prompt, Split, Trajectory, Turn
from astor.steps.progress import report_progress
from astor.steps.rollout import engine_of, policy_of
from astor.steps.run import Run
from astor.steps.verify import by_prompt
from astor.tasks.multi_turn.conversation import has_begun
from astor.tasks.multi_turn.problem import Problem


def evaluate_turns(run: Run, prompts: str, references: str, policy: str, first_policy: str) -> str | None:
    """Commit a policy's judged trajectories on held-out problems and return their reference; None where the recipe has
    nothing to measure over turns, or no held-out problem alone.

    First answers are those of `first_policy`, sampled once, so that every policy begins with the same ones (Cobalt's
    evaluation). Problems are the held-out prompts in which no answer stands yet.
    """
    held_out = [prompt for prompt in run.read(prompts, "prompts") if _is_measured(prompt)]
    measured = [
        (task.multi_turn, problems)
        for key, task in run.tasks.items()
        if task.multi_turn and task.multi_turn.evaluated_turns > 1
        if (problems := [Problem.of(prompt) for prompt in held_out if prompt.task == key])
    ]
    if not measured:
        return None
    live = policy_of(run, policy)
    begins = live.card.digest == policy_of(run, first_policy).card.digest
    first = None if begins else evaluate_turns(run, prompts, references, first_policy, first_policy)
    uri = run.place("evaluations", place_of(live.card.digest))
    made_from = {"prompts": prompts, "references": references, "policy": f"#{live.card.digest}", "first": first or ""}
    if reference := run.done(uri, made_from):
        return reference
    from astor.rollout.turns import TurnsOptions, roll_out_turns

    known = run.read(references, "references", by_prompt)
    cached = first_turns(run.read(first, "trajectories")) if first else None
    judged: list[Trajectory] = []
    for multi_turn, problems in measured:
        settings = TurnsOptions(
            trajectories=run.recipe.evaluation.samples,
            turns=multi_turn.evaluated_turns,
            temperature=run.recipe.evaluation.temperature,
            seed=run.recipe.seed,
        )
        dialogues = roll_out_turns(engine_of(run), live, multi_turn, run.sandbox, problems, settings, first=cached)
        judged += multi_turn.judge([dialogue.trajectory(live) for dialogue in dialogues], known, run.sandbox)
    report_progress(f"evaluate turns, round {live.card.round}", 1, 1)
    return run.commit(uri, made_from, trajectories=judged)


def place_of(policy_digest: str) -> str:
    """Name of a policy's evaluation over turns among a run's evaluations."""
    return f"turns-{policy_digest[:12]}"


def first_turns(trajectories: list[Trajectory]) -> dict[tuple[str, int], Turn]:
    """Prompt id and index → first turn."""
    return {(one.prompt_id, one.index): one.turns[0] for one in trajectories}


def _is_measured(prompt: Prompt) -> bool:
    return prompt.split is Split.HELD_OUT and not has_begun(prompt.messages)
