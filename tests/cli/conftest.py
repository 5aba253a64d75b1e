"""The command, and a run that it brought to its end."""

import json
import uuid
from functools import partial

import pytest
from cli_command import COMMAND, Astor, Finished, run_command


@pytest.fixture(scope="session")
def astor(python: str) -> Astor:
    """`astor(*arguments, **variables)` runs the command with further environment variables."""
    return partial(run_command, [python, *COMMAND[1:]])


@pytest.fixture(scope="session")
def finished(s3_server: str, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    directory = tmp_path_factory.mktemp("finished")
    store = f"s3://astor/{uuid.uuid4().hex[:12]}"
    environment = {
        "AWS_ENDPOINT_URL_S3": s3_server,
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "XDG_CACHE_HOME": str(directory / "cache"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{directory / 'mlflow.db'}",
    }
    asked = ("run", "miniature", "--on", "process", "--store", store)
    done = run_command(COMMAND, *asked, cwd=directory, **environment)
    assert done.returncode == 0, done.stderr
    return Finished(store, environment, json.loads(done.stdout.splitlines()[-1]), done.stderr)
