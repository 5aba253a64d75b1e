"""The command, and a run that it brought to its end."""

import json
import subprocess
import uuid
from pathlib import Path

import pytest
from cli_command import COMMAND, ENVIRONMENT, Astor, Finished


@pytest.fixture(scope="session")
def astor() -> Astor:
    """`astor(*arguments, **variables)` runs the command with further environment variables."""

    def run(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, *map(str, arguments)]
        environment = ENVIRONMENT | variables
        return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def finished(astor: Astor, s3_server: str, tmp_path_factory: pytest.TempPathFactory) -> Finished:
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
    done = astor("run", "miniature", "--on", "process", "--store", store, cwd=directory, **environment)
    assert done.returncode == 0, done.stderr
    return Finished(store, environment, json.loads(done.stdout.splitlines()[-1]), done.stderr)
