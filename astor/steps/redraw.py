"""redraw: what a round's draws have shown so far → a further draw, where the scheduler wants one."""

from collections.abc import Sequence
from itertools import chain

from astor.coordination.observation import observe_round
from astor.records import Batch, State
from astor.run.draws import Draw, inputs, judge_draws
from astor.run.run import Run
from astor.run.scheduling import make_batch, origin_of, resume_scheduler
from astor.storage import ArtifactRef


def redraw(run: Run, prompts: ArtifactRef, draws: Sequence[Draw]) -> ArtifactRef | None:
    """Commit state and batch of the round's next draw and return their ref; None where it has enough.

    Raises:
        UserError: too many rollouts could not be judged.
    """
    if not run.recipe.scheduler.redraws:
        return None
    planned = draws[-1].planned
    batch: Batch = run.artifacts.read(planned, "batch")
    uri = run.places.draw(batch.round, batch.draw + 1, "redraw")
    made_from = {"prompts": prompts, **inputs(draws, "planned", "verdicts")}
    if done := run.artifacts.done(uri, made_from):
        return done
    judged = judge_draws(run, draws)
    scheduler = resume_scheduler(run, prompts, planned)
    plan = scheduler.redraw(observe_round(batch.round, judged.verdicts, judged.groups, None))
    if plan is None:
        run.services.keep_scheduler(planned, scheduler)
        return None
    drawn = {row.prompt_id for draw in draws for row in run.artifacts.read(draw.planned, "batch").rows}
    assert drawn.isdisjoint(chain(*plan.prompt_ids.values())), "the scheduler drew a prompt twice in a round"
    state: State = run.artifacts.read(planned, "state")
    again = run.artifacts.commit(
        uri,
        made_from,
        state=state.model_copy(update={"scheduler": scheduler.state_dict()}),
        prompt_statistics=scheduler.prompt_statistics(),
        batch=make_batch(run, prompts, plan, origin_of(batch)),
    )
    run.services.keep_scheduler(again, scheduler)
    return again
