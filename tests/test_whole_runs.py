"""The miniature recipe from items to a registered policy, in one process and as a pipeline, whatever happens to it."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from miniature_runs import ENVIRONMENT, THREE_ROUNDS, command, digests, finish, places, ran

from astor.cli.run import run_recipe
from astor.errors import UserError
from astor.evaluation.report import render_report
from astor.policies.policy import load_policy
from astor.recipe.load import load_recipe, parse_overrides
from astor.registry.connection import connect
from astor.registry.models import registered
from astor.registry.registrations import registered_policies
from astor.registry.weights import find_policy
from astor.run.comparing import compare_runs
from astor.run.history import history_so_far
from astor.run.listing import list_runs, open_run
from astor.run.pace import find_pace
from astor.run.pruning import carry_out, find_removals
from astor.run.result import read_result
from astor.run.run import Run
from astor.storage import DamagedError, committed, load

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all runs, so that they share prompts and the warm start."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def undisturbed(store: Path) -> dict[str, object]:
    return finish(sys.executable, store, "process", THREE_ROUNDS)


def test_the_last_line_says_what_a_run_came_to(store: Path, undisturbed: dict[str, object]) -> None:
    tasks = {"io_prediction", "code_generation", "unit_tests", "commit_message"}
    assert set(undisturbed["scores_before"]) == set(undisturbed["scores_after"]) == tasks
    assert undisturbed["rounds"] == 3
    assert undisturbed["model"] == "astor-miniature/1"
    assert undisturbed["alias"] in ("champion", "challenger")
    assert 0 < undisturbed["peak_rss_mb"] < 2048
    assert Path(undisturbed["report"]).read_text().startswith("<!DOCTYPE html>")
    assert (committed(undisturbed["policy"]).part("policy") / "model.safetensors").is_file()


def test_a_finished_run_is_printed_again_and_not_run_again(
    python: str, store: Path, undisturbed: dict[str, object]
) -> None:
    assert finish(python, store, "process", THREE_ROUNDS) == undisturbed


def test_a_figure_of_a_result_that_was_changed_is_told(
    store: Path, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    copy = shutil.copytree(store, tmp_path / "copy")
    run = Run(str(copy), load_recipe("miniature", parse_overrides(THREE_ROUNDS)))
    file = Path(f"{run.places.result}.json")
    file.write_text(file.read_text().replace('"seconds": ', '"seconds": 1'))
    with pytest.raises(DamagedError, match=r"00003\.json is damaged \(it is not what was committed\)"):
        read_result(run)


def test_a_finished_run_says_what_changed_since(
    store: Path, undisturbed: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("astor.run.origins.code_digest", lambda: "other")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    run_recipe(load_recipe("miniature", parse_overrides(THREE_ROUNDS)), str(store), "process", fresh=False)
    told = capsys.readouterr()
    assert json.loads(told.out.splitlines()[-1]) == undisturbed
    assert "Its result is of what there was then: the code of astor changed since.\n" in told.err


def test_a_run_that_is_like_it_is_told_how_long_it_takes(store: Path, undisturbed: dict[str, object]) -> None:
    own = find_pace(Run(str(store), load_recipe("miniature", parse_overrides(THREE_ROUNDS))))
    assert own is not None
    assert own.rounds == 3
    assert 0 < own.round < own.first
    assert own.tokens > 0
    assert find_pace(Run(str(store), load_recipe("miniature", {"seed": 7, "rounds": 40}))) == own
    assert find_pace(Run(str(store), load_recipe("miniature", {"batch.prompts": 16}))) is None, "its rounds are longer"


def test_what_is_removed_of_a_finished_run_is_made_anew(
    python: str, store: Path, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    copy = shutil.copytree(store, tmp_path / "copy")
    run = Run(str(copy), load_recipe("miniature", parse_overrides(THREE_ROUNDS)))
    (scores,) = sorted(Path(run.places.uri).glob("evaluations/held_out-*/scores"))[:1]
    removed = [scores, copy / Path(undisturbed["policy"]).relative_to(store)]
    before = [committed(str(place)).ref for place in removed]
    for place in removed:
        shutil.rmtree(place)
    again = finish(python, copy, "process", THREE_ROUNDS)
    assert again["scores_after"] == undisturbed["scores_after"]
    assert [committed(str(place)).ref for place in removed] == before


@pytest.mark.parametrize("granularity", ["segment", "step"])
def test_the_pipeline_computes_what_the_loop_computes(
    python: str, store: Path, undisturbed: dict[str, object], granularity: str
) -> None:
    overrides = [*THREE_ROUNDS, f"granularity={granularity}", f"name=miniature-{granularity}", "rounds_per_segment=2"]
    # Of segments every task begins as people's do; steps are too many for that.
    result = finish(python if granularity == "step" else sys.executable, store, "local", overrides)
    assert digests(store, overrides) == digests(store, THREE_ROUNDS)
    assert places(store, overrides) == places(store, THREE_ROUNDS), "the order of a run stands twice, and is one"
    for key in ("scores_after", "scores_candidate", "candidate_round", "policy"):
        assert result[key] == undisturbed[key]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_with_overlap_steps_commit_what_the_loop_commits(python: str, store: Path) -> None:
    overlap = [*THREE_ROUNDS, "staleness=1", "training.loss.importance_cap=2"]
    by_steps = [*overlap, "granularity=step", "name=miniature-overlap"]
    loop, pipeline = finish(python, store, "process", overlap), finish(python, store, "local", by_steps)
    assert digests(store, by_steps) == digests(store, overlap)
    assert places(store, by_steps) == places(store, overlap)
    for key in ("scores_after", "scores_candidate", "candidate_round", "policy"):
        assert pipeline[key] == loop[key]


def test_a_pruned_run_has_its_result_its_report_and_its_registered_policy(
    store: Path, undisturbed: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    copy = str(shutil.copytree(store, tmp_path / "copy"))
    run = Run(copy, load_recipe("miniature", parse_overrides(THREE_ROUNDS)))
    result, drawn = read_result(run), render_report(history_so_far(run))
    went = list(carry_out(copy, find_removals(copy).removals))
    assert {one.what for one in went if one.of == run.places.name} == {"rollouts", "verdicts", "checkpoints"}
    assert result["scores_after"] == undisturbed["scores_after"]
    run = open_run(copy, run.places.name)
    assert (read_result(run), render_report(history_so_far(run))) == (result, drawn)
    uri, name = run.services.tracking_uri, run.recipe.tracking.model
    kept = find_policy(uri, registered(uri, name, undisturbed["alias"]), copy)
    assert load_policy(load(kept.committed).part("policy")).card.digest == kept.digest
    compared = compare_runs(run, run)
    assert (compared.settings, compared.sampled.scores.prompts) == ([], 24)
    with pytest.raises(UserError, match="was pruned"):
        run.resolve()


def test_a_run_goes_as_a_whole_but_for_what_is_registered(
    store: Path, undisturbed: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    copy = str(shutil.copytree(store, tmp_path / "copy"))
    runs = [open_run(copy, each.name) for each in list_runs(copy)]
    names, client = [run.places.name for run in runs], connect(runs[0].services.tracking_uri)
    list(carry_out(copy, find_removals(copy, names).removals))
    assert not list_runs(copy)
    kept = {digest[:16] for digest in registered_policies(runs[0].services.tracking_uri)}
    assert {path.name for path in Path(copy, "models").iterdir()} == kept != set()
    assert not list(Path(copy, "cache", "policies").iterdir())
    (found,) = client.search_experiments(filter_string="name = 'astor'")
    assert {run.data.tags["astor.run"] for run in client.search_runs([found.experiment_id])} == {""}, "names are free"


PLACES = ["plan", "rounds/00000/verify", "rounds/00001/score", "rounds/00002/checkpoint", "rounds/00002/rollout"]


def test_a_run_that_is_killed_again_and_again_ends_as_if_it_never_was(
    python: str, store: Path, undisturbed: dict[str, object]
) -> None:
    disturbed = ["rounds=3", "name=killed"]
    run = Run(str(store), load_recipe("miniature", parse_overrides(disturbed)))
    arguments = command(python, store, "process", disturbed)
    for place in PLACES:
        process = subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.PIPE)
        while run.artifacts.find(run.places.at(place)) is None:
            assert process.poll() is None, process.stderr.read().decode()
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finish(python, store, "process", disturbed)
    assert digests(store, disturbed) == digests(store, THREE_ROUNDS), "and its checkpoints were fewer"


def test_two_commands_do_not_work_on_one_run(python: str, store: Path, undisturbed: dict[str, object]) -> None:
    overrides = ["name=twice"]
    run = Run(str(store), load_recipe("miniature", parse_overrides(overrides)))
    arguments = command(python, store, "process", overrides)
    with subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.DEVNULL) as first:
        while run.artifacts.find(run.places.at("plan")) is None:
            assert first.poll() is None
            time.sleep(0.01)
        second = ran(python, store, "process", overrides)
        first.kill()
    assert second.returncode == 2
    assert "Another command works on" in second.stderr


@pytest.mark.parametrize("file", ["checkpoint/*/trainer/trainer.safetensors", "checkpoint/manifest.json"])
def test_a_damaged_checkpoint_is_told_and_the_run_goes_on_from_the_one_before(
    python: str, store: Path, undisturbed: dict[str, object], tmp_path: Path, file: str
) -> None:
    copy = shutil.copytree(store, tmp_path / "copy")
    place = Path(Run(str(copy), load_recipe("miniature", parse_overrides(THREE_ROUNDS))).places.uri)
    shutil.rmtree(place / "results")
    (damaged,) = place.glob(f"rounds/00003/{file}")
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    done = ran(python, copy, "process", THREE_ROUNDS)
    assert done.returncode == 0, done.stderr
    assert f"{place}/rounds/00003/checkpoint is damaged (" in done.stderr
    assert "the run goes on from what was committed before it" in done.stderr
    assert "initialise" not in done.stderr, "the copy has kept its warm start"
    assert digests(copy, THREE_ROUNDS) == digests(store, THREE_ROUNDS)
