"""evaluate_turns: held-out problems answered again and again, each answer judged by hidden tests."""

from astor.records import Prompt, Split, Trajectory, Turn, references_by_prompt
from astor.rollout.measure import measure_turns
from astor.rollout.turns import Problem, TurnsOptions
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef
from astor.tasks.conversation import has_begun
from astor.tasks.multi_turn_code import MultiTurnCode


def evaluate_turns(
    run: Run, prompts: ArtifactRef, references: ArtifactRef, policy: PolicyRef, first_policy: PolicyRef
) -> ArtifactRef | None:
    """Commit a policy's judged trajectories on held-out problems and return their reference; None where the recipe has
    nothing to measure over turns, or no held-out problem alone.

    First programs are those of `first_policy`, sampled once, so that every policy begins with the same ones (Cobalt's
    evaluation). Feedback is on public tests alone. Problems are the held-out prompts in which no answer stands yet.
    """
    task = run.tasks.get(MultiTurnCode.key)
    if not isinstance(task, MultiTurnCode) or task.options.evaluated_turns == 1:
        return None
    problems = [prompt for prompt in run.artifacts.read(prompts, "prompts") if _is_measured(prompt, task.key)]
    if not problems:
        return None
    begins = policy.digest == first_policy.digest
    first = None if begins else evaluate_turns(run, prompts, references, first_policy, first_policy)
    uri = run.places.turns(policy.digest)
    made_from = {"prompts": prompts, "references": references, "policy": policy, "first": first}
    if done := run.artifacts.done(uri, made_from):
        return done
    settings = TurnsOptions(
        trajectories=run.recipe.evaluation.samples,
        turns=task.options.evaluated_turns,
        temperature=run.recipe.evaluation.temperature,
        seed=run.recipe.seed,
        feedback=task.options.feedback,
    )
    cached = first_turns(run.artifacts.read(first, "trajectories")) if first else None
    known = run.artifacts.read(references, "references", references_by_prompt)
    sampler, sandbox = run.services.policies.sampler(policy), run.services.sandbox
    judged = measure_turns(sampler, sandbox, list(map(Problem.of, problems)), known, settings, cached)
    report_progress(f"evaluate turns, round {policy.updates}", 1, 1)
    return run.artifacts.commit(uri, made_from, trajectories=judged)


def first_turns(trajectories: list[Trajectory]) -> dict[tuple[str, int], Turn]:
    """Prompt id and index → first turn."""
    return {(one.prompt_id, one.index): one.turns[0] for one in trajectories}


def _is_measured(prompt: Prompt, task: str) -> bool:
    return prompt.task == task and prompt.split is Split.HELD_OUT and not has_begun(prompt.messages)
