"""What makes the recipe `cobalt` small enough for tests of its steps."""

from itertools import islice

from given_answers import policy_that_says

from astor.data.splits import SplitOptions
from astor.data.turns import fenced
from astor.data.underspecified import UnderspecifiedSource
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy
from astor.run.run import Run
from astor.steps.prepare import prepare

SMALL = {
    "rounds": 1,
    "checkpoint_every": 1,
    "rounds_per_segment": 1,
    "data.prompts": {
        "train": 8,
        "held_out": 4,
        "promotion": 4,
        "demonstrations": {"multi_turn_code/first": 200, "multi_turn_code/next": 200},
    },
    "data.sources": [{"type": "underspecified", "depths": {1: 3, 2: 1}}],
    "data.splits": {"warm_start": 0.4, "train": 0.2, "held_out": 0.2, "promotion": 0.2},
    "batch": {"prompts": 4, "rollouts": 4},
    "evaluation.samples": 2,
    "tasks.multi_turn_code.max_tokens": 30,
}
TINY = {"type": "tiny", "hidden_size": 48, "warm_start": {"steps": 80, "batch_size": 16}}


def splits() -> SplitOptions:
    return SplitOptions(**SMALL["data.splits"])


def policy_that_solves(run: Run, options: TinyOptions | None = None) -> Policy:
    """Whatever it is asked, the policy solves some problem of the run, so that it is right now and then."""
    wanted = {prompt.item_id for prompt in run.artifacts.read(prepare(run).prompts, "prompts")}
    (source,) = run.recipe.data.sources
    drawn = islice(UnderspecifiedSource(source, splits()).items(), 2000)
    return policy_that_says(sorted({fenced(item.content.source) for item in drawn if item.id in wanted}), options)
