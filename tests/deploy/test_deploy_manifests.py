"""What is rendered is valid by the schemas of the CRDs themselves, in which every unknown key is refused."""

import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from astor.deploy.found import Base, Found
from astor.deploy.manifests import render
from astor.deploy.options import DeployOptions
from astor.errors import UserError

SCHEMAS = {
    "InferenceService": "serving.kserve.io_inferenceservices",
    "ServingRuntime": "serving.kserve.io_servingruntimes",
    "HTTPRoute": "gateway.networking.k8s.io_httproutes",
}
FULL = Found("coder/3", "3" * 64, "s3://models/3/policy")
ADAPTER = FULL._replace(base=Base("b" * 64, "s3://models/base/policy", rank=20))
KEDA = {"scale_to_zero": "keda", "prometheus": "http://prometheus:9090", "query": "sum(waiting)"}


@cache
def validator(kind):
    schema = json.loads(gzip.decompress((Path(__file__).parent / "schemas" / f"{SCHEMAS[kind]}.json.gz").read_bytes()))
    close(schema)
    return Draft202012Validator(schema)


def close(schema):
    """Refuse what a CRD prunes: keys that it does not know."""
    if isinstance(schema, list):
        for each in schema:
            close(each)
    elif isinstance(schema, dict):
        for each in schema.values():
            close(each)
        kept = schema.get("x-kubernetes-preserve-unknown-fields")
        # `metadata` is known to every API server, and so no CRD says what it holds.
        if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not kept:
            schema.setdefault("additionalProperties", False)


def mistakes(manifest):
    return [f"{error.json_path}: {error.message}" for error in validator(manifest["kind"]).iter_errors(manifest)]


def rendered(found=FULL, **given):
    return {each["kind"]: each for each in render(DeployOptions(name="coder", **given), found)}


@pytest.mark.parametrize(
    ("found", "given"),
    [
        (FULL, {}),
        (FULL, {"runtime": "astor", "image": "registry.example/astor:1", "namespace": "models"}),
        (ADAPTER, {"gpus": 2, "replicas": 3, "arguments": ["--max-model-len=4096"]}),
        (FULL, {"canary": 10, "hostname": "coder.example.com", "gateway": "infra/public"}),
        (FULL, KEDA),
        (FULL, {"scale_to_zero": "knative", "service_account": "models", "storage_secret": "s3"}),
        (FULL._replace(uri="pvc://claim/models/3"), {"cpu": "500m", "memory": "1.5Gi"}),
    ],
)
def test_manifests_are_those_of_the_published_resources(found, given):
    manifests = rendered(found, **given)
    assert [mistake for manifest in manifests.values() for mistake in mistakes(manifest)] == []
    assert all(each["metadata"].get("namespace", "") == given.get("namespace", "") for each in manifests.values())


def test_the_schemas_refuse_what_is_wrong():
    service = rendered()["InferenceService"]
    service["spec"]["predictor"]["model"]["storageURI"] = service["spec"]["predictor"].pop("minReplicas")
    del service["spec"]["predictor"]["model"]["modelFormat"]["name"]
    service["spec"]["predictor"]["maxReplicas"] = "2"
    told = " ".join(mistakes(service))
    assert "'storageURI' was unexpected" in told
    assert "'name' is a required property" in told
    assert "'2' is not of type 'integer'" in told


def test_a_version_is_named_by_its_digest_and_by_the_name_that_clients_use():
    service = rendered()["InferenceService"]
    assert service["metadata"]["annotations"]["astor-rl/version"] == "coder/3"
    assert service["metadata"]["annotations"]["astor-rl/policy-digest"] == "3" * 64
    model = service["spec"]["predictor"]["model"]
    assert model["args"] == ["--model=/mnt/models", "--served-model-name", "coder", "3" * 64]
    assert model["storageUri"] == "s3://models/3/policy"
    assert model["resources"]["limits"] == {"cpu": "2", "memory": "8Gi", "nvidia.com/gpu": "1"}
    strategy = service["spec"]["predictor"]["deploymentStrategy"]
    assert strategy["rollingUpdate"]["maxUnavailable"] == 0, "the old one serves until the new one does"


def test_an_adapter_lies_beside_its_base():
    predictor = rendered(ADAPTER)["InferenceService"]["spec"]["predictor"]
    assert predictor["storageUris"] == [
        {"uri": "s3://models/base/policy", "mountPath": "/mnt/models/base"},
        {"uri": "s3://models/3/policy", "mountPath": "/mnt/models/adapter"},
    ]
    assert "storageUri" not in predictor["model"]
    assert predictor["model"]["args"] == [
        *("--model=/mnt/models/base", f"--served-model-name={'b' * 64}", "--enable-lora"),
        *("--max-lora-rank=32", "--max-loras=2", "--lora-modules"),
        *("coder=/mnt/models/adapter", f"{'3' * 64}=/mnt/models/adapter"),
    ]


def test_on_cpus_our_own_server_runs_as_no_root_and_needs_no_gpu():
    manifests = rendered(runtime="astor", image="registry.example/astor:1")
    (container,) = manifests["ServingRuntime"]["spec"]["containers"]
    assert container["securityContext"]["runAsNonRoot"]
    predictor = manifests["InferenceService"]["spec"]["predictor"]
    assert predictor["model"]["args"] == ["--policy=/mnt/models", "--model=coder", "--no-key"]
    assert "nvidia.com/gpu" not in predictor["model"]["resources"]["limits"]
    assert "tolerations" not in predictor


def test_another_image_is_another_runtime():
    names = {rendered(image=image)["ServingRuntime"]["metadata"]["name"] for image in ("", "mine:1", "mine:2")}
    assert len(names) == 3


def test_our_own_server_is_refused_an_adapter():
    with pytest.raises(UserError, match=r"coder/3 is an adapter, .* give --runtime vllm"):
        rendered(ADAPTER, runtime="astor", image="astor:1")
