"""Options that cannot be are refused in one sentence."""

import re
from pathlib import Path

import pytest

from astor.deploy.options import DeployOptions
from astor.errors import UserError
from astor.steps.deploy import read_options


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "My_Model"}, "'My_Model' is no name for Kubernetes: give up to 46 lower-case letters"),
        ({"name": "a" * 47}, "is no name for Kubernetes"),
        ({"name": "3coder"}, "begin with a letter"),
        ({"namespace": "Models"}, "namespace: 'Models' is no name for Kubernetes: give up to 63"),
        ({"runtime": "astor", "gpus": 1, "image": "a:1"}, "astor serves on CPUs, and gpus is 1: give runtime vllm"),
        ({"runtime": "astor"}, "the runtime astor has no image"),
        ({"gpus": 0}, "vLLM's own image needs a GPU"),
        ({"memory": "8 GB"}, "memory: '8 GB' is no amount for Kubernetes: write it as 2, 500m or 8Gi"),
        ({"cpu": 0}, "cpu: '0' is no amount"),
        ({"storage_uri": "/models/3"}, "is no place that KServe reads: give pvc://CLAIM/DIR"),
        ({"hostname": "coder example"}, "'coder example' is no host name"),
        ({"gateway": "public"}, "'public' is no gateway: write NAMESPACE/NAME"),
        ({"scale_to_zero": "keda"}, "KEDA scales by a metric"),
        ({"scale_to_zero": "knative", "canary": 10}, "a canary's share of the traffic is of pods that run"),
        ({"canery": 10}, "unknown key 'canery': did you mean 'canary'"),
        ({"runtime": "vlm"}, "runtime is 'vlm': did you mean 'vllm'"),
    ],
)
def test_what_cannot_be_is_told(given, told):
    with pytest.raises(UserError) as refused:
        read_options({"name": "coder", **given})
    assert told in str(refused.value)


@pytest.mark.parametrize(("given", "gpus"), [({}, 1), ({"gpus": 4}, 4), ({"runtime": "astor", "image": "a:1"}, 0)])
def test_gpus_are_those_of_the_runtime_unless_told(given, gpus):
    assert DeployOptions(name="coder", **given).gpu_count == gpus


def test_the_page_lists_every_option():
    page = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
    rows = page.split("| option | default | meaning |")[1].split("\n\n")[0].strip().splitlines()
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(listed) == sorted(DeployOptions.model_fields)
