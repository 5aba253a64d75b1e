"""On how many nodes a recipe's update runs."""

from astor.errors import UserError
from astor.recipe.recipe import Recipe


def update_nodes(recipe: Recipe) -> int:
    """Nodes of the pool `train` whose accelerators are as many as `training.processes`; 1 where one node has enough.

    Raises:
        UserError: the processes do not fill their nodes, the nodes share no claim, or rounds are not tasks.
    """
    pool = recipe.cluster.pools.train if recipe.cluster else None
    processes: int = getattr(recipe.training, "processes", None) or 1
    if pool is None or not pool.accelerators or processes <= pool.accelerators:
        return 1
    asked = f"training.processes is {processes}, and a node of cluster.pools.train has {pool.accelerators} accelerators"
    if processes % pool.accelerators:
        raise UserError(f"{asked}: make it a multiple of them.")
    if recipe.granularity != "step":
        raise UserError(f"{asked}: several nodes update together by steps alone, set granularity: step.")
    if pool.claim is None:
        raise UserError(
            f"{asked}: several nodes share what they fetch and write, name a ReadWriteMany claim as "
            "cluster.pools.train.claim."
        )
    return processes // pool.accelerators
