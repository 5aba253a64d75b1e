"""What Kubernetes and KFP would refuse of a section `cluster` is refused when the recipe is read."""

from typing import Any

import pytest

from astor.errors import UserError
from astor.recipe.load import load_recipe

WRONG = {
    "latest": ({"pools.core.image": "astor:latest"}, r"the image 'astor:latest' is not pinned"),
    "no tag": ({"pools.core.image": "registry:5000/astor"}, "not pinned"),
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
    "queue": ({"queue": "Team A!"}, r"cluster\.queue: 'Team A!' is no name of a queue: give up to 63 lower-case"),
    "label": ({"pools.core.node_selector": {"a b": "c"}}, r"node_selector: 'a b' is no qualified name: "),
    "prefix": ({"pools.core.node_selector": {"A_b/c": "c"}}, r"node_selector: 'A_b/c' is no qualified name: "),
    "value": ({"pools.core.node_selector": {"a": "c d"}}, r"node_selector: 'c d' is no value of a label: "),
    "long": (
        {"pools.core.node_selector": {"a": 64 * "c"}},
        r"node_selector: 'c+' is no value of a label: give up to 63",
    ),
    "taint": ({"pools.core.tolerations": [{"key": "a b"}]}, r"tolerations\.0\.key: 'a b' is no qualified name: "),
    "taint's": (
        {"pools.core.tolerations": [{"key": "a", "value": "b c"}]},
        r"0\.value: 'b c' is no value of a label: ",
    ),
    "exists": (
        {"pools.core.tolerations": [{"key": "team", "value": "ml", "operator": "Exists"}]},
        r"tolerations\.0: Exists asks for no value, and 'ml' is one: leave out value, or operator",
    ),
    "no key": (
        {"pools.core.tolerations": [{"value": "ml"}]},
        r"tolerations\.0: Equal compares the value of a key, and there is none: give key",
    ),
    "resource": ({"pools.core.accelerator": "nvidia gpu"}, r"accelerator: 'nvidia gpu' is no qualified name: "),
    "image": ({"pools.core.image": "R/A B:1"}, r"core\.image: 'R/A B:1' is no image: write REGISTRY/NAME:TAG"),
    "upper case": ({"pools.core.image": "registry.example/Astor:1"}, r"'registry\.example/Astor:1' is no image"),
    "variable": ({"environment": {"1 a": "x"}}, r"environment: '1 a' is no name of an environment variable: "),
}


def read(cluster: dict[str, Any]) -> Any:
    """The section of a recipe with these keys."""
    return load_recipe("miniature", {f"cluster.{key}": value for key, value in cluster.items()}).cluster


@pytest.mark.parametrize(("cluster", "sentence"), WRONG.values(), ids=WRONG)
def test_it_is_told_in_one_sentence(cluster: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read(cluster)


IMAGES = (
    "astor:1",
    "localhost:5000/astor:0.1.0",
    "registry.example/team/astor-core:0.1.0_b",
    f"registry.example:443/astor@sha256:{64 * 'a'}",
    f"[fd00::1]:5000/a__b/c.d:latest@sha256:{64 * '0'}",
)


@pytest.mark.parametrize("image", IMAGES)
def test_whatever_names_an_image_is_taken(image: str) -> None:
    assert read({"pools.core.image": image}).pools.core.image == image


def test_what_kubernetes_takes_is_taken() -> None:
    labels = {"pool": "a100", "topology.kubernetes.io/zone": "eu-1a", "node.x/Has_GPU": ""}
    cluster = read(
        {"queue": "team-a.x", "environment": {"HF_HOME": "/x", "a.b-c": ""}, "pools.train.node_selector": labels}
    )
    assert cluster.queue == "team-a.x"
    assert cluster.pools.train.node_selector == labels


TOLERATIONS = {
    "a value": ({"key": "team", "value": "ml"}, ("team", "Equal", "ml")),
    "an empty value": ({"key": "team", "value": ""}, ("team", "Equal", "")),
    "a key": ({"key": "nvidia.com/gpu"}, ("nvidia.com/gpu", "Exists", None)),
    "a key without a value": ({"key": "team", "operator": "Equal"}, ("team", "Equal", None)),
    "everything": ({}, (None, "Exists", None)),
}


@pytest.mark.parametrize(("given", "meant"), TOLERATIONS.values(), ids=TOLERATIONS)
def test_a_toleration_with_a_value_is_of_that_value(given: dict[str, str], meant: tuple[str | None, ...]) -> None:
    (one,) = read({"pools.core.tolerations": [given]}).pools.core.tolerations
    assert (one.key, one.operator, one.value) == meant


SECRET = """OPENAI_KEY DB_PASS WANDB_APIKEY WANDB_API_KEY HF_TOKEN AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY GITHUB_PAT
GITHUBTOKEN db.password dbPassword MYSQL_PWD PGPASSWORD SSH_PASSPHRASE API_KEYS REGISTRY_CREDENTIALS X_PASSWD ACCESSKEY
CLIENT_SECRETS AWS_CREDS MY-TOKEN KEY1"""
PLAIN = """AWS_ENDPOINT_URL_S3 AWS_DEFAULT_REGION MLFLOW_TRACKING_URI MLFLOW_TRACKING_AUTH HF_HOME PATH
TOKENIZERS_PARALLELISM VLLM_MAX_TOKENS KEYBOARD COMPASS MONKEY BYPASS_CACHE OMP_NUM_THREADS NCCL_SOCKET_IFNAME
SSL_CERT_FILE no_proxy"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_variable_that_is_called_like_a_secret_is_refused(name: str) -> None:
    sentence = f"environment: {name} would stand in the pipeline for everybody to read: .* under cluster.secrets"
    with pytest.raises(UserError, match=sentence):
        read({"environment": {name: "x"}})


def test_other_variables_are_taken() -> None:
    environment = dict.fromkeys(PLAIN.split(), "x")
    assert read({"environment": environment}).environment == environment
