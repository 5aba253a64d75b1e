"""lm-evaluation-harness scores tasks through the endpoint. It has an environment of its own: `make lm-eval`."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from astor.serving.messages import Ask
from astor.serving.running import score

HARNESS = Path(__file__).parents[2] / ".venv-lm-eval" / "bin" / "lm_eval"
TASKS = Path(__file__).parent / "harness"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HARNESS.exists(), reason="no environment with lm-evaluation-harness: run make lm-eval"),
]


@pytest.fixture(scope="module")
def samples(endpoint, policy_directory, tmp_path_factory):
    """What the harness made of each item, by task."""
    directory = tmp_path_factory.mktemp("harness")
    where = f"base_url={endpoint}/v1/completions,model=tiny,tokenizer={policy_directory},max_length=128"
    command = [str(HARNESS), "--model", "local-completions", "--model_args", where, "--batch_size", "3"]
    command += ["--include_path", ".", "--tasks", "astor_likelihood,astor_generation"]
    command += ["--output_path", str(directory), "--log_samples"]
    alone = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(directory / "hf")}
    environment = os.environ | alone | {"OPENAI_API_KEY": "open-sesame"}
    done = subprocess.run(command, cwd=TASKS, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    files = {path.name.split("_20")[0].removeprefix("samples_"): path for path in directory.rglob("samples_*.jsonl")}
    return {task: [json.loads(line) for line in path.read_text().splitlines()] for task, path in files.items()}


def test_texts_are_compared_by_what_the_policy_thinks_of_them(samples, served_policy):
    tokenizer = served_policy.chat.tokenizer
    told = samples["astor_likelihood"]
    assert len(told) == 4
    for sample in told:
        for choice, ((logp, _),) in zip(sample["doc"]["choices"], sample["resps"], strict=True):
            text = f"assert {sample['doc']['call']} =="
            asked = tokenizer.encode(text)
            whole = asked + tokenizer.encode(f"{text} {choice}")[len(asked) :]  # as the harness has it
            own = score(served_policy, Ask(0, tuple(whole), 0, 0, 0, 1.0, scored=True)).logps[len(asked) - 1 :]
            assert float(logp) == pytest.approx(sum(own), abs=1e-3)


def test_texts_are_generated_up_to_their_stops(samples, client):
    for sample in samples["astor_generation"]:
        asked = {"prompt": f"assert {sample['doc']['call']} ==", "max_tokens": 8, "temperature": 0}
        said = client.completions.create(model="tiny", **asked, stop=["\n", "\nclass", "\ndef"]).choices[0].text
        assert sample["resps"][0][0] == said
