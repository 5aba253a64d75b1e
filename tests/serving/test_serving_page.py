"""The requests of docs/serving.md are answered as they stand there."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from astor.serving.limits import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text()
REQUESTS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("request_line", REQUESTS)
def test_it_is_answered(endpoint, request_line):
    if "/v2/" in request_line or ":predict" in request_line:
        pytest.importorskip("kserve", reason="the extra kserve is not installed")
    environment = os.environ | {"URL": endpoint, "KEY": "open-sesame"}
    done = subprocess.run(request_line, shell=True, env=environment, capture_output=True, text=True, check=True)
    last = [line for line in done.stdout.splitlines() if line][-1]
    assert last == "data: [DONE]" or "error" not in json.loads(last)


def test_its_limits_are_the_ones_that_there_are():
    table = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, re.MULTILINE))
    assert {key: float(value) for key, value in table.items()} == Limits().model_dump()
