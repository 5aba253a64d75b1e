"""The state of an InferenceService is what KServe says of its model, of the generation that is asked for."""

import pytest

from astor.deploy.state import read_state

READY = [{"type": "Ready", "status": "True"}]
LOADED = {"transitionStatus": "UpToDate", "states": {"activeModelState": "Loaded", "targetModelState": "Loaded"}}
FAILED = {
    "transitionStatus": "BlockedByFailedLoad",
    "states": {"activeModelState": "Loaded", "targetModelState": "FailedToLoad"},
    "lastFailureInfo": {"reason": "ModelLoadFailed", "exitCode": 1, "message": "No model\nfound."},
}
INVALID = {"transitionStatus": "InvalidSpec", "states": {"activeModelState": "Pending", "targetModelState": ""}}


@pytest.mark.parametrize(
    ("status", "word", "failure"),
    [
        ({}, "loading", ""),
        ({"conditions": READY}, "loading", ""),
        ({"modelStatus": LOADED}, "serving", ""),
        ({"modelStatus": LOADED, "observedGeneration": 2}, "serving", ""),
        ({"modelStatus": LOADED, "observedGeneration": 1}, "loading", ""),
        ({"modelStatus": FAILED, "conditions": READY}, "failed", "ModelLoadFailed: exit code 1: No model found."),
        ({"modelStatus": INVALID}, "failed", "InvalidSpec"),
        ({"modelStatus": {**LOADED, "transitionStatus": "InProgress"}}, "loading", ""),
    ],
)
def test_a_state_is_read(status, word, failure):
    state = read_state({"metadata": {"name": "coder", "generation": 2}, "status": status})
    assert (state.word, state.failure) == (word, failure)
