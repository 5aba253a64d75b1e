"""A finished run in an S3 store: what it left, its report, and its policy served to OpenAI's client."""

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import openai
import pytest
from cli_command import COMMAND, ENVIRONMENT, Astor, Finished

from astor.policies.card import policy_directory
from astor.recipe.load import load_recipe
from tests.conftest import forget_s3_client

pytestmark = pytest.mark.timeout(900)  # a whole run comes first, on whatever the machine has left


def test_everything_of_it_lies_in_the_store(finished: Finished) -> None:
    assert finished.result["rounds"] == 4
    assert finished.result["policy"].startswith(f"{finished.store}/models/")
    assert finished.result["report"].startswith(f"{finished.store}/runs/miniature-")


def test_the_way_on_is_printed_on_lines_of_their_own(finished: Finished) -> None:
    alias = "" if finished.result["alias"] == "champion" else " --alias challenger"
    served = f"serve it  astor serve --model astor-miniature{alias} --store {finished.store}"
    assert served in finished.progress.splitlines()
    assert f"report    {finished.result['report']}" in finished.progress.splitlines()


def test_its_end_says_of_how_many_prompts_and_why_nothing_was_promoted(finished: Finished) -> None:
    lines = finished.progress.splitlines()
    assert any(line.startswith("few       Below 100 prompts scores say little: ") for line in lines)
    gate = "Promoted. Better: " if finished.result["alias"] == "champion" else "Not promoted. "
    assert any(line.startswith(f"gate      {gate}") for line in lines)


def test_its_end_tells_what_the_registry_says_now(finished: Finished, astor: Astor, tmp_path: Path) -> None:
    arguments = ("run", "miniature", "--on", "process", "--store", finished.store)
    elsewhere = f"sqlite:///{tmp_path / 'other.db'}"
    again = astor(*arguments, cwd=tmp_path, **finished.environment | {"MLFLOW_TRACKING_URI": elsewhere})
    registered = "it was registered as astor-miniature/1 when the run ended"
    assert f"model     not in MLflow at {elsewhere}; {registered}" in again.stderr.splitlines()
    assert json.loads(again.stdout.splitlines()[-1])["alias"] is None
    gone = astor(*arguments, cwd=tmp_path, **finished.environment | {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"})
    assert gone.returncode == 0, "the scores are there without MLflow"
    assert "what it is now is unknown: MLflow at http://127.0.0.1:9 cannot be used (" in gone.stderr
    assert not list(tmp_path.iterdir())


def test_it_is_printed_again_and_not_run_again(finished: Finished, astor: Astor, tmp_path: Path) -> None:
    arguments = ("run", "miniature", "--on", "process", "--store", finished.store)
    again = astor(*arguments, cwd=tmp_path, **finished.environment)
    assert json.loads(again.stdout.splitlines()[-1]) == finished.result
    assert not list(tmp_path.iterdir())


def test_its_report_can_be_drawn_again(finished: Finished, astor: Astor, tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    done = astor("report", "miniature", "--store", finished.store, "--output", page, **finished.environment)
    assert done.returncode == 0, done.stderr
    assert "astor-miniature/1" in page.read_text(), "the decision stands in it"


def test_its_version_is_listed_and_made_champion_by_hand(finished: Finished, astor: Astor, tmp_path: Path) -> None:
    """Where it is not champion already, and in a registry of its own: others ask what this one's says."""
    database = Path(finished.environment["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///"))
    shutil.copy(database, tmp_path / "mlflow.db")
    environment = finished.environment | {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}"}
    (listed,) = json.loads(astor("models", "--json", "--store", finished.store, **environment).stdout)
    assert listed["aliases"] == [finished.result["alias"]]
    assert listed["scores"].items() >= finished.result["scores_after"].items()
    if listed["aliases"] == ["challenger"]:
        done = astor("promote", "--store", finished.store, **environment)
        assert done.stdout == "astor-miniature/1 is champion now.\n"
    again = astor("promote", "--alias", "champion", "--store", finished.store, **environment)
    assert (again.returncode, "version 1, is champion already" in again.stderr) == (2, True)


def test_a_run_that_evaluated_nothing_has_no_report(astor: Astor, tmp_path: Path) -> None:
    done = astor("report", "miniature", "--store", tmp_path, "--output", tmp_path / "report.html")
    assert done.returncode == 2
    identity = load_recipe("miniature").identity[:12]
    assert done.stderr.startswith(f"error: Nothing was evaluated in {tmp_path}/runs/miniature-{identity} yet")
    assert not list(tmp_path.iterdir())


def test_the_pipeline_needs_a_local_store(finished: Finished, astor: Astor) -> None:
    done = astor("run", "miniature", "--store", finished.store, "--set", "seed=9", **finished.environment)
    assert done.returncode == 2
    assert "use --on process" in done.stderr


def test_its_policy_is_taken_wherever_a_policy_is(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in finished.environment.items():
        monkeypatch.setenv(name, value)
    forget_s3_client()
    policy = load_recipe("miniature", {"policy": {"type": "huggingface", "path": finished.result["policy"]}}).policy
    assert policy.contents()
    assert (policy_directory(finished.result["policy"]) / "config.json").is_file()


def test_its_policy_answers_openais_client_and_its_own_tasks(finished: Finished) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["serve", "--model", finished.result["model"], "--port", str(port)]
    server = subprocess.Popen(
        [*COMMAND, *arguments, "--store", finished.store],
        env=ENVIRONMENT | finished.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait(server, f"http://127.0.0.1:{port}/health")
        client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0)
        assert [model.id for model in client.models.list()] == ["astor-miniature"]
        messages = [{"role": "user", "content": "write f for list: reverse"}]
        answer = client.chat.completions.create(model="astor-miniature", messages=messages, max_tokens=4, seed=1)
        assert answer.choices[0].finish_reason in ("stop", "length")
        assert 1 <= answer.usage.completion_tokens <= 4
        with urlopen(f"http://127.0.0.1:{port}/v1/tasks") as listed:
            assert {task["id"] for task in json.load(listed)["data"]} == set(load_recipe("miniature").tasks)
    finally:
        server.terminate()
        server.communicate(timeout=60)


def _wait(server: subprocess.Popen[str], address: str) -> None:
    deadline = time.monotonic() + 200
    while True:
        try:
            with urlopen(address):
                return
        except OSError:
            assert server.poll() is None, server.stderr.read()
            assert time.monotonic() < deadline, "the server does not come up"
            time.sleep(0.2)
