"""A policy's tasks, asked by their natural input."""

import httpx
import pytest

from astor.records import Message

KEY = {"Authorization": "Bearer open-sesame"}
SOURCE = "def f(x):\n    return x + 1"
DIFF = "@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def ask(endpoint, task, **body):
    return httpx.post(f"{endpoint}/v1/tasks/{task}", json=body, headers=KEY)


def test_the_answer_is_what_the_chat_says_to_the_prompt_of_training(endpoint, client, served_policy):
    answer = ask(endpoint, "io_prediction", source=SOURCE, call="f(4)").json()
    asked = [{"role": "user", "content": f"{SOURCE}\nf(4) == ?"}]
    said = client.chat.completions.create(model="tiny", messages=asked, max_tokens=12, temperature=0)
    assert answer["text"] == said.choices[0].message.content
    assert answer["answer"] == answer["text"].strip()
    assert answer["finish_reason"] == said.choices[0].finish_reason
    assert answer["usage"] == {key: getattr(said.usage, key) for key in answer["usage"]}
    assert answer["policy_digest"] == served_policy.card.digest
    assert answer["others"] == []


def test_an_answer_goes_on_from_its_prefill(endpoint, client, served_policy):
    answer = ask(endpoint, "begun", source=SOURCE, value="5").json()
    turns = [Message(role="user", content=f"{SOURCE}\nf(?) == 5"), Message(role="assistant", content="[1")]
    prompt = served_policy.chat.encode(turns)
    said = client.completions.create(model="tiny", prompt=prompt, max_tokens=12, temperature=0)
    assert answer["text"] == "[1" + said.choices[0].text


@pytest.mark.parametrize(
    ("task", "body"),
    [
        ("commit_message", {"diff": DIFF}),
        ("code_generation", {"description": "reverse", "argument_type": "list", "tests": ["assert f([1]) == [1]"]}),
        ("unit_tests", {"source": SOURCE}),
    ],
)
def test_every_task_answers_greedily_unless_a_temperature_is_given(endpoint, task, body):
    first, again = (ask(endpoint, task, **body).json() for _ in range(2))
    assert first["text"] == again["text"]
    several = ask(endpoint, task, **body, n=3, temperature=1.5).json()
    assert len({several["text"], *(other["text"] for other in several["others"])}) == 3


@pytest.mark.parametrize(
    ("task", "body", "said"),
    [
        ("commit_message", {"diff": "hello"}, "diff: its diff shows no changed line"),
        ("commit_message", {}, "diff: Field required."),
        ("commit_message", {"diff": DIFF, "source": "x"}, "source is not supported by this endpoint"),
        ("commit_message", {"diff": DIFF + "+x = 3\n" * 200}, "do not fit the context of 128."),
        ("commit_message", {"diff": DIFF + f"+{'x' * 100_000}\n"}, "does not fit the context of 128 tokens."),
        ("commit_message", {"diff": DIFF, "n": 2}, "at temperature 0 all answers are the same"),
        ("unit_tests", {"source": "x = 1"}, "source defines no function"),
    ],
)
def test_what_cannot_be_asked_is_400_and_a_sentence(endpoint, task, body, said):
    response = ask(endpoint, task, **body)
    assert response.status_code == 400
    assert said in response.json()["error"]["message"]


def test_keys_hold_for_tasks_too(endpoint):
    assert httpx.get(f"{endpoint}/v1/tasks").status_code == 401
    assert httpx.post(f"{endpoint}/v1/tasks/unit_tests", json={"source": SOURCE}).status_code == 401


def test_a_task_that_is_not_there_is_404_and_told_which_are(endpoint):
    response = ask(endpoint, "multi_turn_code")
    assert response.status_code == 404
    message = response.json()["error"]["message"]
    assert "no task 'multi_turn_code' here: this policy was trained on io_prediction, code_generation" in message


def test_the_list_and_openapi_have_schemas_and_examples_that_are_answered(endpoint):
    listed = httpx.get(f"{endpoint}/v1/tasks", headers=KEY).json()["data"]
    assert {task["id"]: task["main"] for task in listed} == {
        "io_prediction": "source",
        "code_generation": "description",
        "unit_tests": "source",
        "commit_message": "diff",
        "begun": "source",
    }
    described = httpx.get(f"{endpoint}/openapi.json").json()
    for task in listed:
        assert all(field.get("description") for field in task["schema"]["properties"].values())
        operation = described["paths"][f"/v1/tasks/{task['id']}"]["post"]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert described["components"]["schemas"][name]["example"] == task["example"]
    (commit,) = (task for task in listed if task["id"] == "commit_message")
    assert ask(endpoint, "commit_message", **commit["example"]).status_code == 200
