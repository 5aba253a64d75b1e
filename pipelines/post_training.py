"""The main pipeline: prepare, initialise, plan, a chain of rounds or segments, and the gate.

KFP carries no state around a loop, so the chain is unrolled when the pipeline is compiled; everything but what draws
the graph is a parameter.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from kfp import dsl

from astor.components.finish import choose, finish, promote
from astor.components.round import evaluate_turns
from astor.components.segment import segment
from astor.components.start import initialise, plan, prepare, resolve_recipe
from astor.pipelines.evaluation import evaluation_pipeline
from astor.pipelines.overlapped_round import last_round_pipeline, overlapped_round_pipeline
from astor.pipelines.platform import ALL, COMPARE, TRACKS, UPDATE, VERIFY, Platform
from astor.pipelines.round import round_pipeline, sample
from astor.recipe.graph import Graph
from astor.run.code import code_digest

ANYWHERE = Platform()
Pipeline = Callable[..., Any]


def post_training_pipeline(
    recipe: str,
    graph: Graph,
    store: str = "",
    platform: Platform = ANYWHERE,
    name: str = "post-training",
) -> Callable[..., Any]:
    """The pipeline `post-training`.

    Args:
        recipe: default of the parameter of that name: a packaged recipe's name, or YAML text.
        graph: what of the recipe the pipeline is drawn by. With `staleness` a round of granularity `step` is rolled out
            while the one before it is updated.
        store: default of the parameter of that name.
        platform: what tasks ask of the cluster.
        name: the pipeline's, as KFP lists it.
    """
    package = code_digest()
    # Built out here: KFP refuses to define a pipeline while it builds another.
    evaluation = evaluation_pipeline(platform)
    if graph.staleness:
        rounds = Rounds(overlapped_round_pipeline(platform), last_round_pipeline(platform), overlap=True)
    else:
        rounds = Rounds(round := round_pipeline(platform), round, overlap=False)

    @dsl.pipeline(name=name, description="One code model, several tasks, one better model.")
    def post_training(recipe: str = recipe, overrides: dict = {}, store: str = store, mlflow_uri: str = "") -> str:  # noqa: B006  # KFP alone reads it
        task = resolve_recipe(
            recipe=recipe,
            overrides=overrides,
            store=store,
            mlflow_uri=mlflow_uri,
            graph=graph.model_dump(),
        )
        resolved = platform.place(task.set_display_name("resolve recipe"), TRACKS).outputs["Output"]
        prepared = platform.place(prepare(recipe=resolved, package_digest=package), VERIFY, cached=True)
        prompts, references = prepared.outputs["prompts"], prepared.outputs["references"]
        first = platform.place(
            initialise(recipe=resolved, prompts=prompts, package_digest=package), UPDATE, cached=True
        ).output
        planned = platform.place(plan(recipe=resolved, prompts=prompts, policy=first), TRACKS)
        begun = Begun(platform, graph.links, resolved, prompts, references, first, planned)
        if graph.granularity == "segment":
            return _segments(begun)
        return _rounds(begun, evaluation, rounds, graph.evaluate_every)

    return post_training


class Begun(NamedTuple):
    """What comes before the chain: KFP's own values, which stand for strings."""

    platform: Platform
    links: int
    resolved: Any
    prompts: Any
    references: Any
    first: Any
    planned: dsl.PipelineTask


class Rounds(NamedTuple):
    """The pipelines of a round, of which all but the last are the same."""

    each: Pipeline
    last: Pipeline
    overlap: bool
    """Each round rolls out the one after it, so that what the first is of is there before it."""


def _segments(begun: Begun) -> Any:
    platform, links, resolved, prompts, references, first, planned = begun
    policy = first
    for number in range(1, links + 1):
        task = segment(
            recipe=resolved,
            prompts=prompts,
            references=references,
            reference_policy=first,
            plan=planned.outputs["plan"],
            previous=policy,
            number=number,
        ).set_display_name(f"segment {number}")
        policy = platform.place(task, ALL).outputs["Output"]
    task = finish(
        recipe=resolved,
        prompts=prompts,
        references=references,
        reference_policy=first,
        plan=planned.outputs["plan"],
        policy=policy,
    )
    task.set_display_name("evaluate and promote")
    return platform.place(task, ALL).outputs["Output"]


def _rounds(begun: Begun, evaluation: Pipeline, rounds: Rounds, evaluate_every: int) -> Any:
    platform, links, resolved, prompts, references, first, planned = begun
    plan_ref, champion = planned.outputs["plan"], planned.outputs["champion"]

    def evaluated(policy: Any, split: str, name: str) -> dsl.PipelineTask:
        task = evaluation(
            recipe=resolved, prompts=prompts, references=references, plan=plan_ref, policy=policy, split=split
        )
        return task.set_display_name(name)

    before = evaluated(first, "held_out", "evaluation before")
    between: list[dsl.PipelineTask] = []
    chained = {"planned": plan_ref, "policy": first, "report": ""}
    if rounds.overlap and links:
        completions, verdicts = sample(platform, resolved, prompts, references, plan_ref, first)
        chained |= {"completions": completions, "verdicts": verdicts}
    for number in range(1, links + 1):
        round = rounds.last if number == links else rounds.each
        task = round(
            recipe=resolved, prompts=prompts, references=references, reference_policy=first, number=number, **chained
        ).set_display_name(f"round {number}")
        chained = dict(task.outputs)
        if evaluate_every and number % evaluate_every == 0 and number < links:
            between.append(evaluated(chained["policy"], "held_out", f"evaluation {number}"))
    turns = evaluate_turns(
        recipe=resolved, prompts=prompts, references=references, first_policy=first, last_policy=chained["policy"]
    ).set_display_name("evaluation over turns")
    after = evaluated(chained["policy"], "held_out", "evaluation after")
    chosen = choose(recipe=resolved, last=chained["policy"]).set_display_name("candidate")
    # It is chosen by what they measured, and they are weighed when checkpoints are removed.
    candidate = platform.place(chosen.after(*between, after)).outputs
    task = promote(
        recipe=resolved,
        prompts=prompts,
        policy=candidate["policy"],
        turns=platform.place(turns, COMPARE).output,
        before=before.output,
        after=after.output,
        candidate=candidate["scores"],
        champion=evaluated(champion, "promotion", "champion").output,
        challenger=evaluated(candidate["policy"], "promotion", "challenger").output,
    )
    return platform.place(task, TRACKS).outputs["Output"]
