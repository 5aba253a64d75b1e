"""Every mistake is one sentence on standard error and exit code 2, and the same command works once it is mended."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_command import Astor

from astor.registry.connection import connect

RECIPES = Path(__file__).parents[2] / "recipes"
MINIATURE = (RECIPES / "miniature.yaml").read_text()
FUNCTION = {
    "entry": "add",
    "source": "def add(a, b):\n    return a + b\n",
    "calls": [{"arguments": "(1, 2)", "returns": "3"}],
}
ON = pytest.mark.parametrize("on", ["local", pytest.param("process", marks=pytest.mark.slow)])


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What was told, where it was told as it must be."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    *_, last = done.stderr.splitlines()
    assert last.startswith("error: "), "told in one line, however narrow the terminal"
    assert not done.stdout
    return last.removeprefix("error: ")


@pytest.fixture
def run(astor: Astor, tmp_path: Path):
    """Run the miniature, or another recipe, with overrides, in an empty directory."""

    def in_directory(recipe: str = "miniature", *overrides: str, on: str = "process", store: str = ".", **variables):
        settings = [part for override in overrides for part in ("--set", override)]
        return astor("run", recipe, "--on", on, "--store", store, *settings, cwd=tmp_path, **variables)

    return in_directory


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (MINIATURE.replace("name: miniature\n", ""), "own.yaml: the key 'name' is missing."),
        (MINIATURE.replace("rounds: 4", "roundz: 4"), "own.yaml: unknown key 'roundz': did you mean 'rounds'."),
        ("a: [b", "own.yaml, line 1, column 6 is not YAML: expected ',' or ']', but got '<stream end>'."),
        ("", "own.yaml holds a NoneType, not a mapping of keys: see recipes/quickstart.yaml."),
    ],
)
def test_a_recipe_that_is_none(run, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "own.yaml").write_text(content)
    assert sentence(run("own.yaml")) == told
    assert [path.name for path in tmp_path.iterdir()] == ["own.yaml"]


def test_a_recipe_that_is_no_text(run, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(b"\xff\xfe\x00")
    assert sentence(run("own.yaml")).startswith("own.yaml is not YAML: ")


def test_a_recipe_that_is_absent_is_named_to_the_letter(run) -> None:
    assert sentence(run("my [red]recipes.yaml")).startswith("There is no recipe file my [red]recipes.yaml; packaged")


def test_an_override_that_is_not_yaml(run) -> None:
    assert sentence(run("miniature", "rounds=[")).startswith("The value of the override 'rounds=[', line 1, column 2")


@pytest.mark.parametrize(
    ("store", "told"),
    [
        ("file", "The store file cannot be written (Not a directory): give another --store."),
        ("/proc/store", "The store /proc/store cannot be written (No such file or directory): give another --store."),
        ("", "The run has no store: name a directory, or s3://bucket/prefix."),
        ("s3://", "'s3:///runs' is not an artifact's place: write s3://bucket/prefix."),
        ("gs://bucket/prefix", "'gs://bucket/prefix/runs' is neither a local path nor an s3:// URI."),
    ],
)
def test_a_store_that_is_none(run, tmp_path: Path, store: str, told: str) -> None:
    (tmp_path / "file").touch()
    assert sentence(run(store=store)) == told
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_s3_server_that_does_not_answer(run, tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    told = sentence(run(store="s3://bucket/prefix", AWS_ENDPOINT_URL_S3="http://127.0.0.1:9", **keys))
    assert told.startswith("S3 cannot be reached for s3://bucket/prefix/runs/miniature-")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"entry": ', "items[1].jsonl, line 2 is not JSON ("),
        (
            json.dumps(FUNCTION | {"calls": [{"arguments": "(1,)", "returns": "object()"}]}),
            "items[1].jsonl, line 2: field 'calls.0.returns': 'object()' is not a Python literal.",
        ),
    ],
)
def test_a_line_of_a_data_file(run, tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "items[1].jsonl").write_text(f"{json.dumps(FUNCTION)}\n{line}\n")
    done = run("miniature", "data.sources=[{type: jsonl, path: 'items[1].jsonl'}]", on="local")
    assert sentence(done).startswith(told)


@ON
def test_a_task_without_items(run, tmp_path: Path, on: str) -> None:
    (tmp_path / "items.jsonl").write_text(json.dumps(FUNCTION) + "\n")
    told = sentence(run("miniature", "data.sources=[{type: jsonl, path: items.jsonl}]", on=on))
    assert told.startswith("The task io_prediction got no prompt for the split ")
    assert not list(tmp_path.glob("cache/prompts/*/manifest.json"))
    assert not list(tmp_path.glob("references/*"))


def test_a_policy_directory_without_tokenizer(run, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "config.json").write_text("{}")
    told = sentence(run("miniature", "policy={type: huggingface, path: policy}"))
    assert told == "The policy in policy has no tokenizer: add its tokenizer.json."


def test_an_mlflow_server_that_does_not_answer(astor: Astor) -> None:
    told = sentence(astor("serve", "--mlflow-uri", "http://127.0.0.1:9"))
    assert told.startswith("MLflow at http://127.0.0.1:9 cannot be used (")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An MLflow with two models; one has a challenger alone, the other no alias."""
    uri = f"sqlite:///{tmp_path_factory.mktemp('registry') / 'mlflow.db'}"
    client = connect(uri)
    for name in ("astor-mine", "other"):
        client.create_registered_model(name)
        client.create_model_version(name, "/models/a")
    client.set_registered_model_alias("astor-mine", "challenger", "1")
    return uri


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "There are several models in MLflow at {uri}: choose --model among astor-mine, other."),
        (("--model", "astor-mien"), "There is no model astor-mien in MLflow at {uri}: did you mean astor-mine."),
        (("--model", "x"), "There is no model x in MLflow at {uri}: there are astor-mine, other."),
        (
            ("--model", "astor-mine/2"),
            "astor-mine has no version 2 in MLflow at {uri}; it has 1: give --model astor-mine/1.",
        ),
        (
            ("--model", "astor-mine"),
            "No version of astor-mine has the alias champion in MLflow at {uri}; it has challenger (version 1): give "
            "--alias challenger.",
        ),
        (
            ("--model", "other"),
            "No version of other has the alias champion in MLflow at {uri}; it has none, so give one to a version in "
            "MLflow.",
        ),
    ],
)
def test_what_cannot_be_served_is_told_with_what_there_is(
    astor: Astor, registry: str, arguments: tuple[str, ...], told: str
) -> None:
    assert sentence(astor("serve", *arguments, "--mlflow-uri", registry)) == told.format(uri=registry)


def test_serving_from_a_store_without_models_makes_nothing_there(astor: Astor, tmp_path: Path) -> None:
    told = sentence(astor("serve", "--store", tmp_path / "absent"))
    assert told.startswith("No model is registered in MLflow at sqlite:///")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (("rounds=true",), "miniature: rounds is true: give a number."),
        (
            ("data.prompts.demonstrations={code_generaton: 10}",),
            "miniature: unknown key 'data.prompts.demonstrations.code_generaton': did you mean 'code_generation'.",
        ),
        (("policy.type=tny",), "miniature: policy: there is no policy 'tny': did you mean 'tiny'."),
        (("policy.typ=tiny",), "miniature: unknown key 'policy.typ': did you mean 'type'."),
        (
            ("data.sources.1.type=git",),
            "miniature: the override data.sources.1.type names no place in it: data.sources is a list with the places "
            "0, and 1 is not among them; set data.sources whole to add one.",
        ),
    ],
)
def test_advice_names_the_key_and_the_nearest_one(run, tmp_path: Path, overrides: tuple[str, ...], told: str) -> None:
    assert sentence(run("miniature", *overrides)) == told
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_run_goes_on_once_its_mlflow_answers(run) -> None:
    told = sentence(run("miniature", "rounds=0", MLFLOW_TRACKING_URI="http://127.0.0.1:9"))
    assert told.startswith("MLflow at http://127.0.0.1:9 cannot be used (")
    done = run("miniature", "rounds=0")
    assert done.returncode == 0, done.stderr


@ON
def test_a_full_disk(run, small_disk: Path, on: str) -> None:
    tiny = ("policy.hidden_size=8", "policy.layers=1", "policy.mlp_size=8", "policy.vocabulary=160")
    done = run("miniature", *tiny, store=str(small_disk), on=on)
    told = sentence(done)
    assert told.startswith("The disk is full at ")
    assert told.endswith("make room and run the same command again, it continues.")
    drafts = [path for path in small_disk.glob("cache/*/*/*") if path.parent.joinpath("manifest.json").exists()]
    assert drafts == list(small_disk.glob("cache/*/*/manifest.json")), "what was not committed is gone"


def test_a_disk_that_is_too_small_is_told_before_anything_is_made(run, small_disk: Path) -> None:
    told = sentence(run(store=str(small_disk)))
    assert told.startswith("Checkpoints and policies of the run take 1.4 MB, and 0.1 MB are free in ")
    assert not list(small_disk.glob("cache/*"))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 128 KiB, which the prompts alone exceed; not in a directory that pytest removes one day."""
    place = Path(tempfile.mkdtemp(prefix="small-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", place], capture_output=True)
    try:
        if mounted.returncode:
            pytest.skip("mounting a small file system takes a privilege that is absent here")
        yield place
        subprocess.run(["umount", "--lazy", place], check=True)  # whatever may still look into it
    finally:
        place.rmdir()
