from astor.data.mutation import mutate


def test_every_operator_makes_its_mutants() -> None:
    assert set(mutate("def f(x):\n    return x + 2")) == {
        "def f(x):\n    return x - 2",
        "def f(x):\n    return x * 2",
        "def f(x):\n    return x + 1",
        "def f(x):\n    return x + 3",
    }
    assert mutate("def f(a):\n    return max(a)") == ("def f(a):\n    return min(a)",)
    assert mutate("def f(a):\n    return len(a)") == ("def f(a):\n    return sum(a)",)
    assert mutate("def f(x, y):\n    return x if x < y else y") == ("def f(x, y):\n    return x if x >= y else y",)


def test_code_without_places_to_change_has_no_mutants() -> None:
    assert mutate("def f(a):\n    return a") == ()
    assert mutate("def f():\n    return True") == ()


def test_each_mutant_differs_in_one_place_and_the_original_is_none() -> None:
    source = "def f(a):\n    a = [v + 1 for v in a]\n    return max(a) - 2"
    mutants = mutate(source)
    assert source not in mutants
    assert len(set(mutants)) == len(mutants) == 9


def test_while_loops_stay_as_they_are() -> None:
    source = "def f(x):\n    while x > 0:\n        x = x - 3\n    return x + 1"
    assert len(mutate(source)) == 4
    assert all("while x > 0:\n        x = x - 3" in mutant for mutant in mutate(source))
