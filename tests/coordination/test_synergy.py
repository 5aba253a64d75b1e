import json

import numpy as np
import pytest
from numpy.typing import NDArray

from astor.coordination.synergy import Synergy, SynergyOptions, reliability

SIZE = 4096


def unit(random: np.random.Generator) -> NDArray[np.float64]:
    vector = random.normal(size=SIZE)
    return vector / np.linalg.norm(vector)


def noisy(direction: NDArray[np.float64], noise: float, random: np.random.Generator) -> tuple[list[float], list[float]]:
    """Two halves of a sketch: `direction` in noise of `noise` times its length."""
    return tuple((direction + noise * unit(random)).tolist() for _ in range(2))


def measured(cosine: float, noise: float, sketches: int = 20) -> Synergy:
    """Synergy of two tasks whose true gradients have this cosine, after some noisy sketches."""
    random = np.random.default_rng(0)
    a, other = unit(random), unit(random)
    b = cosine * a + np.sqrt(1 - cosine**2) * (other - (other @ a) * a) / np.linalg.norm(other - (other @ a) * a)
    synergy = Synergy(SynergyOptions(), ("a", "b"))
    for _ in range(sketches):
        synergy.observe({"a": noisy(a, noise, random), "b": noisy(b, noise, random)})
    return synergy


@pytest.mark.parametrize("cosine", [-0.8, 0.0, 0.6])
@pytest.mark.parametrize("noise", [0.1, 2.0])
def test_the_corrected_cosine_finds_the_true_one_through_noise(cosine: float, noise: float) -> None:
    synergy = measured(cosine, noise)
    assert synergy.cosines()[0, 1] == pytest.approx(cosine, abs=0.15)
    assert synergy.values(np.array([0.3, 0.7])) == pytest.approx(synergy.cosines()[0, 1])


def test_the_correction_is_for_the_noise_that_smoothing_leaves() -> None:
    """One sketch alone has a reliability of about 0.02; twenty smoothed ones are worth a judgement."""
    assert max(measured(0.6, noise=10.0, sketches=1).reliabilities().values()) < 0.1
    assert min(measured(0.6, noise=2.0, sketches=20).reliabilities().values()) > 0.7


def test_noise_alone_is_unknown_and_counts_as_nothing() -> None:
    assert measured(0.9, noise=100.0, sketches=1).values(np.array([0.5, 0.5])).tolist() == [0, 0]


def test_halves_that_disagree_are_not_reliable() -> None:
    assert reliability(np.array([[1, 0], [-1, 0]], np.float32)) == 0
    assert reliability(np.array([[1, 0], [0, 1]], np.float32)) == 0
    assert reliability(np.array([[1, 0], [2, 0]], np.float32)) == pytest.approx(1)


def test_zeros_and_a_task_alone_are_neutral() -> None:
    synergy = Synergy(SynergyOptions(), ("a",))
    synergy.observe({"a": ([0.0, 0.0], [0.0, 0.0])})
    assert synergy.values(np.array([1.0])).tolist() == [0]
    assert synergy.reliabilities() == {"a": 0.0}


def test_synergy_is_weighted_by_the_others_shares() -> None:
    synergy = Synergy(SynergyOptions(), ("a", "b", "c"))
    same, opposite = [1.0, 0.0], [-1.0, 0.0]
    synergy.observe({"a": (same, same), "b": (same, same), "c": (opposite, opposite)})
    assert synergy.values(np.array([0.5, 0.3, 0.2]))[0] == pytest.approx((0.3 - 0.2) / 0.5)


def test_a_state_goes_through_json_bit_for_bit() -> None:
    synergy = measured(0.5, 1.0, sketches=3)
    again = Synergy(SynergyOptions(), ("a", "b"))
    again.load_state_dict(json.loads(json.dumps(synergy.state_dict())))
    assert np.array_equal(again.cosines(), synergy.cosines())
    assert again.state_dict() == synergy.state_dict()
