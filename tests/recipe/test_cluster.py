"""What Kubernetes and KFP would refuse of a section `cluster` is refused when the recipe is read."""

from typing import Any

import pytest

from astor.errors import UserError
from astor.recipe.load import load_recipe

WRONG = {
    "latest": ({"pools.core.image": "astor:latest"}, r"the image 'astor:latest' is not pinned"),
    "no tag": ({"pools.core.image": "registry:5000/astor"}, "not pinned"),
    "secret": ({"environment": {"MY_TOKEN": "x"}}, "Kubernetes secret"),
    "host": ({"host": "kfp:8080"}, "http://HOST:PORT"),
    "unit": ({"pools.core.memory": "4 GB"}, r"core\.memory: '4 GB' is no amount of memory: give a whole number"),
    "half": ({"pools.core.memory": "1.5Gi"}, r"core\.memory: '1\.5Gi' is no .*, as 1536Mi for 1\.5Gi"),
    "half shared": ({"pools.train.shared_memory": "0.5Gi"}, r"train\.shared_memory: '0\.5Gi' is no amount"),
    "half cached": ({"pools.core.cache": "1.5Gi"}, r"core\.cache: '1\.5Gi' is no amount"),
    "no cores": ({"pools.core.cpu": 1e-5}, r"core\.cpu is 1e-05: input should be greater than or equal to 0\.001"),
    "finer": ({"pools.core.cpu": 0.0015}, r"core\.cpu: 0\.0015 cores are finer than Kubernetes .*, as 0\.5"),
    "too many": ({"pools.core.cpu": 1234567}, r"core\.cpu is 1234567: input should be less than or equal to 4096"),
    "endless": ({"pools.core.cpu": float("inf")}, r"core\.cpu is inf: "),
    "none": ({"pools.core.cpu": float("nan")}, r"core\.cpu is nan: "),
}


def read(cluster: dict[str, Any]) -> Any:
    """The section of a recipe with these keys."""
    return load_recipe("miniature", {f"cluster.{key}": value for key, value in cluster.items()}).cluster


@pytest.mark.parametrize(("cluster", "sentence"), WRONG.values(), ids=WRONG)
def test_it_is_told_in_one_sentence(cluster: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read(cluster)
