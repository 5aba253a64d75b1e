import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from astor.training.count_sketch import count_sketch
from astor.training.options import SketchOptions


def random(seed: int, size: int = 60000) -> torch.Tensor:
    return torch.randn(1, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("cosine", [-0.5, 0.0, 0.3, 0.9])
def test_the_cosine_of_two_sketches_is_that_of_the_gradients(cosine: float) -> None:
    errors = []
    for seed in range(10):
        a, noise = random(2 * seed), random(2 * seed + 1)
        b = cosine * a + (1 - cosine**2) ** 0.5 * noise
        exact = torch.cosine_similarity(a, b).item()
        sketched = torch.cosine_similarity(count_sketch([a], 16384), count_sketch([b], 16384)).item()
        errors.append(sketched - exact)
    assert max(map(abs, errors)) < 0.025
    assert abs(sum(errors) / len(errors)) < 0.01


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_it_does_not_matter_how_a_gradient_is_divided_into_tensors(sizes: list[int]) -> None:
    whole = random(0, sum(sizes))
    assert torch.allclose(count_sketch(whole.split(sizes, dim=1), 256), count_sketch([whole], 256))


def test_the_sketch_of_a_sum_is_the_sum_of_the_sketches() -> None:
    a, b = random(0), random(1)
    assert torch.allclose(count_sketch([a + b], 1024), count_sketch([a], 1024) + count_sketch([b], 1024), atol=1e-4)


def test_gradients_that_are_sketched_together_have_the_sketches_that_each_has_alone() -> None:
    both = torch.cat([random(0), random(1)])
    alone = torch.cat([count_sketch([random(0)], 1024), count_sketch([random(1)], 1024)])
    assert torch.equal(count_sketch([both], 1024), alone)


def test_buckets_and_signs_are_even() -> None:
    (ones,) = count_sketch([torch.ones(1, 1 << 20)], 1024)
    assert ones.mean().abs() < 4, "signs cancel"
    assert ones.var().item() == pytest.approx(1024, rel=0.2), "as many entries in each bucket"


def test_a_size_that_is_no_power_of_two_is_told_with_the_nearest_one() -> None:
    assert SketchOptions(size=4096).size == 4096
    with pytest.raises(ValueError, match="size is 1000, which is no power of two: make it 1024"):
        SketchOptions(size=1000)
