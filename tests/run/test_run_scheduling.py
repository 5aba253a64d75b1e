from collections.abc import Callable

import pytest

from astor.records import Message, Prompt, Split
from astor.run.run import Run
from astor.run.scheduling import make_scheduler


@pytest.mark.parametrize(("loss", "coefficient"), [("grpo", 0.02), ("dapo", 0.0), ("dr_grpo", 0.0)])
def test_a_loss_without_a_kl_term_has_no_coefficients(
    loss: str, coefficient: float, miniature: Callable[..., Run]
) -> None:
    with miniature(**{"training.loss": {"type": loss}}) as run:
        asked = (Message(role="user", content="Why?"),)
        prompts = [
            Prompt(id=f"{task}/i", item_id="i", task=task, split=Split.TRAIN, messages=asked) for task in run.tasks
        ]
        ref = run.artifacts.commit(run.places.at("prompts"), {}, prompts=prompts)
        scheduler = make_scheduler(run, ref)
    assert scheduler.kl_bases == dict.fromkeys(run.tasks, coefficient)
