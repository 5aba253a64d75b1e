"""What `score` makes of the answers that were given."""

from collections.abc import Callable

import pytest

from astor.records import Completion, Outcome, State, Verdict
from astor.run.draws import Draw
from astor.run.run import Run
from astor.run.scheduling import make_batch, make_scheduler
from astor.steps.prepare import prepare
from astor.steps.score import score

TEXTS = ("1", "2", "1", "2")
SCORES = {"code_generation": (1.0, 0.0, 1.0, 0.0), "io_prediction": (1.0, 0.0, 0.0, 1.0)}
"""Of one task the answer is paid, of the other none says what."""


@pytest.mark.parametrize(("noise", "factors"), [("repeats", (1.0, 0.8)), ("off", (1.0, 1.0))])
def test_equal_answers_with_different_scores_take_a_task_its_potential(
    noise: str, factors: tuple[float, float], miniature: Callable[..., Run]
) -> None:
    with miniature(**{"scheduler.utility.noise": noise}) as run:
        prompts, _ = prepare(run)
        scheduler = make_scheduler(run, prompts)
        plan = scheduler.next_round(run.recipe.batch.prompts)
        batch = make_batch(run, prompts, plan, "0" * 64)
        state = State(round=0, scheduler=scheduler.state_dict(), shares=plan.shares, kl_multipliers=plan.kl_multipliers)
        rolled_out, verdicts = [], []
        for prompt_id in (next(row.prompt_id for row in batch.rows if row.task == task) for task in SCORES):
            task = prompt_id.partition("/")[0]
            for rollout, (text, told) in enumerate(zip(TEXTS, SCORES[task], strict=True)):
                answer = {"prompt_id": prompt_id, "rollout": rollout, "task": task}
                sampled = {"prompt_tokens": (1,), "tokens": (2,), "logp_rollout": (-1.0,), "loss_mask": (True,)}
                rolled_out.append(Completion(**answer, **sampled, policy_digest="", text=text, finish_reason="stop"))
                verdicts.append(Verdict(**answer, outcome=Outcome.PASSED, score=told, tokens=1, format=1.0))
        place = run.places.at
        planned = run.artifacts.commit(
            place("planned"), {}, batch=batch, state=state, prompt_statistics=scheduler.prompt_statistics()
        )
        completions = run.artifacts.commit(place("rolled"), {}, completions=rolled_out)
        verified = run.artifacts.commit(place("verified"), {}, verdicts=verdicts)
        scored = score(run, prompts, [Draw(planned, completions, verified)], None)
        told = run.artifacts.read(scored, "state").tasks
    assert tuple(told[task].noise for task in SCORES) == pytest.approx(factors)
