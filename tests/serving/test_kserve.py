"""KServe's routes, asked by KServe's own client."""

import asyncio
import json

import httpx
import pytest

from astor.cli.serve import has_kserve
from tests.serving.asking import KEY, chat, complete

kserve = pytest.importorskip("kserve", reason="the extra kserve is not installed")
numpy = pytest.importorskip("numpy")

GREEDY = {"max_tokens": 6, "temperature": 0}
ASK = [{"role": "user", "content": "write f for list"}]


def by_client(protocol, method, endpoint, *arguments, **options):
    client = kserve.InferenceRESTClient(kserve.RESTConfig(protocol=protocol))
    return asyncio.run(getattr(client, method)(endpoint, *arguments, **options))


def post(endpoint, path, **body):
    return httpx.post(endpoint + path, headers=KEY, **body)


@pytest.mark.parametrize("protocol", ["v1", "v2"])
def test_it_lives_and_is_ready(endpoint, protocol):
    assert by_client(protocol, "is_server_live", endpoint)
    assert by_client(protocol, "is_model_ready", endpoint, "tiny", headers=dict(KEY))


def test_it_is_not_ready_once_the_server_is_about_to_end(endpoint, served_model, monkeypatch):
    assert httpx.get(f"{endpoint}/v2/health/ready").json() == {"ready": True}
    monkeypatch.setattr(served_model, "drains", True)
    for path in ("/v2/health/ready", "/v2/models/tiny/ready", "/v1/models/tiny"):
        assert httpx.get(endpoint + path, headers=KEY).status_code == 503
    asked = {"inputs": [{"name": "prompt", "shape": [1], "datatype": "BYTES", "data": ["f"]}]}
    response = post(endpoint, "/v2/models/tiny/infer", json=asked)
    assert (response.status_code, "about to end" in response.json()["error"]) == (503, True)


def test_version_1_answers_as_openais_routes_do(endpoint, client):
    asked = {"instances": ["def f(x):", {"prompt": "assert f("}], "parameters": GREEDY}
    told = by_client("v1", "infer", endpoint, asked, model_name="tiny", headers=dict(KEY))
    texts = [choice.text for choice in complete(client, prompt=["def f(x):", "assert f("], **GREEDY).choices]
    assert [one["text"] for one in told["predictions"]] == texts
    turns = {"instances": [{"messages": ASK}], "parameters": {"max_tokens": 6, "seed": 1, "n": 2}}
    told = by_client("v1", "infer", endpoint, turns, model_name="tiny", headers=dict(KEY))
    contents = [choice.message.content for choice in chat(client, n=2, max_tokens=6).choices]
    assert [one["text"] for one in told["predictions"][0]] == contents


@pytest.mark.parametrize("binary", [False, True])
def test_version_2_answers_a_tensor_of_texts(endpoint, client, served_policy, binary):
    tensor = kserve.InferInput("prompt", [2], "BYTES")
    tensor.set_data_from_numpy(numpy.array([b"def f(x):", b"assert f("], dtype=object), binary_data=binary)
    request = kserve.InferRequest("tiny", [tensor], parameters=GREEDY, request_id="7")
    told = by_client("v2", "infer", endpoint, request, model_name="tiny", headers=dict(KEY))
    texts = [choice.text for choice in complete(client, prompt=["def f(x):", "assert f("], **GREEDY).choices]
    assert (told.outputs[0].data, told.outputs[0].shape, told.id) == (texts, [2, 1], "7")


def test_version_2_says_which_policy_it_was_and_answers_what_is_asked_for(endpoint, client, served_policy):
    tensor = {"name": "messages", "shape": [1], "datatype": "BYTES", "data": [json.dumps(ASK)]}
    asked = {"inputs": [tensor], "outputs": [{"name": "text"}], "parameters": GREEDY}
    told = post(endpoint, "/v2/models/tiny/infer", json=asked).json()
    assert told["model_version"] == served_policy.card.digest
    (output,) = told["outputs"]
    assert output["data"] == [chat(client, **GREEDY).choices[0].message.content]


def test_server_and_model_are_described(endpoint):
    assert httpx.get(f"{endpoint}/v2", headers=KEY).json()["name"] == "astor"
    assert httpx.get(f"{endpoint}/v1/models", headers=KEY).json()["models"] == ["tiny"]
    model = httpx.get(f"{endpoint}/v2/models/tiny", headers=KEY).json()
    assert [tensor["name"] for tensor in model["inputs"]] == ["prompt", "messages"]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/v1/models/other:predict", {"json": {"instances": ["f"]}}, 404, "other does not exist"),
        ("/v1/models/tiny:predict", {"json": {"instances": "f"}}, 400, "give a list"),
        ("/v1/models/tiny:predict", {"json": {"instances": []}}, 400, "Nothing is asked"),
        ("/v1/models/tiny:predict", {"json": {"instances": [1]}}, 400, "give texts, or objects"),
        ("/v1/models/tiny:predict", {"json": {"instances": ["f"], "parameters": {"n": 0}}}, 400, "n: Input should be"),
        ("/v1/models/tiny:predict", {"json": {"instances": ["f"], "parameters": {"echo": True}}}, 400, "echo is not"),
        ("/v1/models/tiny:predict", {"json": {"instances": ["f" * 9999]}}, 400, "does not fit the context"),
        ("/v1/models/tiny:predict", {"content": b"{"}, 400, "Unrecognized request format"),
        ("/v1/models/tiny:predict", {"content": b"x" * (2 << 20)}, 413, "more than 1 MiB"),
        ("/v2/models/tiny/infer", {"json": {}}, 400, "inputs: Field required"),
        ("/v2/models/tiny/infer", {"json": {"inputs": []}}, 400, "give one tensor"),
    ],
)
def test_what_cannot_be_answered_is_told_in_kserves_form(endpoint, path, body, status, said):
    response = post(endpoint, path, **body)
    assert response.status_code == status
    assert said in response.json()["error"]


@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        ({"shape": [3]}, "cannot reshape"),
        ({"datatype": "FP32", "data": [1]}, "texts are BYTES"),
        ({"data": [1]}, "an element is no text"),
        ({"name": "messages"}, "Expecting value"),
    ],
)
def test_tensors_that_are_no_texts_are_400(endpoint, tensor, said):
    asked = {"inputs": [{"name": "prompt", "shape": [1], "datatype": "BYTES", "data": ["f"]} | tensor]}
    response = post(endpoint, "/v2/models/tiny/infer", json=asked)
    assert (response.status_code, said in response.json()["error"]) == (400, True)


def test_keys_hold_for_these_routes_too(endpoint):
    for path in ("/v2/models/tiny/infer", "/v1/models/tiny:predict"):
        assert httpx.post(endpoint + path, json={}).json() == {"error": "The API key is missing or wrong."}


def test_it_is_asked_for_or_not():
    assert has_kserve(None)
    assert not has_kserve(False)
