"""One of the processes that torchrun starts on the nodes of a TrainJob: the first makes the update, the others serve.

Its arguments are refs of artifacts: of the recipe, the policy, the reference policy, what was planned, completions,
verdicts, and what was scored.
"""

import sys

from astor.policies.card import policy_ref
from astor.run.draws import Draw
from astor.run.failure import tell_failure
from astor.run.run import Run
from astor.steps.update import update
from astor.storage import ArtifactRef
from astor.storage.s3 import wait_for_s3


def main(refs: list[str]) -> None:
    """Join the group of all ranks, and make the update or serve it."""
    from astor.training.engines import zero_rank  # torch
    from astor.training.engines.node_ranks import NodeRanks

    tell_failure()
    if refs[0].startswith("s3://"):
        wait_for_s3()
    recipe, policy, reference, planned, completions, verdicts, scored = map(ArtifactRef.parse, refs)
    with Run.open(recipe) as run:
        ranks = NodeRanks(zero_rank.begin(), run.recipe.threads)
        if ranks.world.rank:
            ranks.serve()
            return
        with ranks:
            run.services.ranks = ranks
            drawn = Draw(planned, completions, verdicts)
            update(run, policy_ref(policy), policy_ref(reference), [drawn], scored)


if __name__ == "__main__":
    main(sys.argv[1:])
