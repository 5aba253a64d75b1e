"""Evaluation over turns: held-out problems answered again and again, each answer judged by hidden tests."""

from astor.records import Prompt, Split, Trajectory, Turn
from astor.steps.progress import report_progress
from astor.steps.rollout import engine_of, policy_of
from astor.steps.run import Run
from astor.steps.verify import by_prompt
from astor.tasks.multi_turn.code import MultiTurnCode
from astor.tasks.multi_turn.conversation import has_begun
from astor.tasks.multi_turn.programs import judge_turns


def evaluate_turns(run: Run, prompts: str, references: str, policy: str, first_policy: str) -> str | None:
    """Commit a policy's judged trajectories on held-out problems and return their reference; None where the recipe has
    nothing to measure over turns, or no held-out problem alone.

    First programs are those of `first_policy`, sampled once, so that every policy begins with the same ones (Cobalt's
    evaluation). Feedback is on public tests alone. Problems are the held-out prompts in which no answer stands yet.
    """
    task = run.tasks.get(MultiTurnCode.name)
    if not isinstance(task, MultiTurnCode) or task.options.evaluated_turns == 1:
        return None
    problems = [prompt for prompt in run.read(prompts, "prompts") if _is_measured(prompt, task.key)]
    if not problems:
        return None
    live = policy_of(run, policy)
    begins = live.card.digest == policy_of(run, first_policy).card.digest
    first = None if begins else evaluate_turns(run, prompts, references, first_policy, first_policy)
    uri = run.place("evaluations", place_of(live.card.digest))
    made_from = {"prompts": prompts, "references": references, "policy": f"#{live.card.digest}", "first": first or ""}
    if reference := run.done(uri, made_from):
        return reference
    from astor.rollout.turns import Problem, TurnsOptions, roll_out_turns

    settings = TurnsOptions(
        trajectories=run.recipe.evaluation.samples,
        turns=task.options.evaluated_turns,
        temperature=run.recipe.evaluation.temperature,
        seed=run.recipe.seed,
        feedback=task.options.feedback,
    )
    cached = first_turns(run.read(first, "trajectories")) if first else None
    dialogues = roll_out_turns(
        engine_of(run), live, run.sandbox, list(map(Problem.of, problems)), settings, first=cached
    )
    known = run.read(references, "references", by_prompt)
    judged = judge_turns([dialogue.trajectory(live) for dialogue in dialogues], known, run.sandbox)
    report_progress(f"evaluate turns, round {live.card.round}", 1, 1)
    return run.commit(uri, made_from, trajectories=judged)


def place_of(policy_digest: str) -> str:
    """Name of a policy's evaluation over turns among a run's evaluations."""
    return f"turns-{policy_digest[:12]}"


def first_turns(trajectories: list[Trajectory]) -> dict[tuple[str, int], Turn]:
    """Prompt id and index → first turn."""
    return {(one.prompt_id, one.index): one.turns[0] for one in trajectories}


def _is_measured(prompt: Prompt, task: str) -> bool:
    return prompt.task == task and prompt.split is Split.HELD_OUT and not has_begun(prompt.messages)
