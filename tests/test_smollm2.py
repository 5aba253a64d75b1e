"""SmolLM2-135M goes through two small rounds of all four tasks on real data."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "smollm2.py"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_packaged_model_is_trained_on_published_data(shared_data: Path, tmp_path: Path) -> None:
    data = ("mbpp/mbpp.train.jsonl", "cruxeval/cruxeval.0-599.jsonl", "thealgorithms", "commits/commits.train.jsonl")
    command = [sys.executable, str(PROGRAM), "--reduced", "--store", str(tmp_path / "store")]
    command += ["--out", str(tmp_path / "figures.json"), "--data", *(str(shared_data / place) for place in data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures == json.loads((tmp_path / "figures.json").read_text())
    tasks = {"io_prediction", "code_generation", "unit_tests", "commit_message"}
    for scores in (figures["scores_before"], figures["scores_after"]):
        assert set(scores) == tasks
        assert all(0 <= score <= 1 for score in scores.values())
    assert figures["rounds"] == 2
    assert 0 < figures["tokens_of_a_round"] <= 16 * 24
    assert figures["seconds_of_a_round"]["update"] > 0
