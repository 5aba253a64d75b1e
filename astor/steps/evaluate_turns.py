"""evaluate_turns: held-out problems answered again and again, each trajectory judged."""

from astor.records import Prompt, Split, Trajectory, Turn, references_by_prompt
from astor.rollout.measure import measure_turns
from astor.rollout.turns import TurnsOptions
from astor.run.artifacts import Inputs
from astor.run.hand_overs import noted
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef
from astor.tasks.multi_turn.conversation import has_begun
from astor.tasks.multi_turn.problem import Problem


def evaluate_turns(
    run: Run, prompts: ArtifactRef, references: ArtifactRef, policy: PolicyRef, first_policy: PolicyRef
) -> ArtifactRef | None:
    """Commit a policy's judged trajectories on held-out problems and return their ref; None where the recipe has
    nothing to measure over turns, or no held-out problem alone.

    First answers are those of `first_policy`, sampled once, so that every policy begins with the same ones (Cobalt's
    evaluation). Problems are the held-out prompts in which no answer stands yet.
    """
    held_out = [prompt for prompt in run.artifacts.read(prompts, "prompts") if _is_measured(prompt)]
    measured = [
        (task.multi_turn, problems)
        for key, task in run.tasks.items()
        if task.multi_turn and task.multi_turn.evaluated_turns > 1
        if (problems := [Problem.of(prompt) for prompt in held_out if prompt.task == key])
    ]
    if not measured:
        return None
    begins = policy.digest == first_policy.digest
    first = None if begins else evaluate_turns(run, prompts, references, first_policy, first_policy)
    uri = run.places.turns(policy.digest)
    made_from: Inputs = {"prompts": prompts, "references": references, "policy": policy, "first": first}
    if done := run.artifacts.done(uri, made_from):
        return done
    cached = first_turns(run.artifacts.read(first, "trajectories")) if first else None
    known = run.artifacts.read(references, "references", references_by_prompt)
    sampler, sandbox = run.services.policies.sampler(policy), run.services.sandbox
    stage = f"evaluation over turns {policy.digest[:6]}"
    report_progress(stage, 0, 1)
    judged: list[Trajectory] = []
    with noted(sampler.engine, run.artifacts):
        for multi_turn, problems in measured:
            settings = TurnsOptions(
                trajectories=run.recipe.evaluation.samples,
                turns=multi_turn.evaluated_turns,
                temperature=run.recipe.evaluation.temperature,
                top_p=run.recipe.evaluation.top_p,
                seed=run.recipe.seed,
            )
            judged += measure_turns(sampler, multi_turn, sandbox, problems, known, settings, cached)
    report_progress(stage, 1, 1)
    return run.artifacts.commit(uri, made_from, trajectories=judged)


def first_turns(trajectories: list[Trajectory]) -> dict[tuple[str, int], Turn]:
    """Prompt id and index → first turn."""
    return {(one.prompt_id, one.index): one.turns[0] for one in trajectories}


def _is_measured(prompt: Prompt) -> bool:
    return prompt.split is Split.HELD_OUT and not has_begun(prompt.messages)
