"""Objects of the program in the process of its test: examples of programs that return more than plain data."""

from check_bodies import passes


def test_a_class_with_state(sandbox):
    program = """
    class Account:
        rate = 0.5
        def __init__(self, balance=0):
            self.balance, self.history = balance, []
        def deposit(self, amount, *, note=""):
            if amount <= 0:
                raise ValueError(amount)
            self.balance += amount
            self.history.append((note, amount))
            return self
        @property
        def empty(self):
            return not self.balance
        @classmethod
        def of(cls, *accounts):
            return cls(sum(account.balance for account in accounts))
        def __getitem__(self, place):
            return self.history[place]
        def __setitem__(self, place, entry):
            self.history[place] = entry
        def __delitem__(self, place):
            del self.history[place]
        def __repr__(self):
            return f"Account({self.balance})"
    make = Account
    """
    passes(
        sandbox,
        program,
        """
        account = make(1)
        assert account.deposit(2, note="a") is account
        assert account.deposit(3).deposit(4) == account
        assert (account.balance, account.empty, account.rate) == (10, False, 0.5)
        """,
        """
        with pytest.raises(ValueError):
            make().deposit(-1)
        """,
        """
        one = make().deposit(1, note="x")
        assert (one[0], one[0:], repr(one), str(one)) == (("x", 1), [("x", 1)], "Account(1)", "Account(1)")
        one[0] = "y"
        assert one.history == ["y"]
        del one[0]
        assert one.history == []
        """,
        """
        one = make(1)
        one.balance = 5
        one.owner = make(2)
        assert make.of(one, one.owner).balance == 7
        del one.owner
        assert not hasattr(one, "owner") and hasattr(one, "balance") and "deposit" in dir(one)
        """,
        """
        accounts = {"a": [make(1), make(2)], "b": (make(3),)}
        assert make.of(*accounts["a"], *accounts["b"]).balance == 6
        assert len({accounts["a"][0], accounts["a"][0], accounts["a"][1]}) == 2
        """,
        """
        import copy
        one = make(1)
        for other in (copy.copy(one), copy.deepcopy(one)):
            assert other is not one and other.deposit(1).balance == 2 and one.balance == 1
        """,
        """
        import pickle
        one = make(1)
        other, (again,) = pickle.loads(pickle.dumps(one)), pickle.loads(pickle.dumps([one]))
        assert other.deposit(1).balance == 2 and again.balance == one.balance == 1
        """,
        """
        import inspect
        assert list(inspect.signature(make).parameters) == ["balance"] and isinstance(make(), make)
        assert inspect.signature(make().deposit).parameters["note"].default == "" and not isinstance(3, make)
        """,
    )


def test_a_decorator(sandbox):
    program = """
    import functools
    def make(times):
        def decorator(function):
            @functools.wraps(function)
            def wrapper(*arguments, **keywords):
                wrapper.calls += 1
                for attempt in range(times):
                    try:
                        return function(*arguments, **keywords)
                    except ConnectionError:
                        pass
                raise TimeoutError
            wrapper.calls = 0
            return wrapper
        return decorator
    """
    passes(
        sandbox,
        program,
        """
        tries = []
        @make(3)
        def fetch(url, *, size=1):
            "Fetches."
            tries.append(url)
            if len(tries) < 3:
                raise ConnectionResetError
            return [url] * size
        assert fetch("a", size=2) == ["a", "a"]
        assert (tries, fetch.calls, fetch.__name__, fetch.__doc__) == (["a"] * 3, 1, "fetch", "Fetches.")
        """,
        """
        from unittest.mock import Mock
        broken = Mock(side_effect=ConnectionError)
        with pytest.raises(TimeoutError):
            make(2)(broken)(1, a=2)
        broken.assert_called_with(1, a=2)
        assert broken.call_count == 2
        """,
        """
        @make(1)
        def other():
            raise KeyError("b")
        pytest.raises(KeyError, other)
        """,
    )


def test_a_context_manager(sandbox):
    program = """
    import contextlib
    log = []
    @contextlib.contextmanager
    def make(name):
        log.append(f"enter {name}")
        try:
            yield [name]
        except KeyError:
            log.append("KeyError")
            raise
        finally:
            log.append(f"exit {name}")
    class Quiet:
        def __enter__(self): return self
        def __exit__(self, kind, error, traceback):
            self.kind = kind and kind.__name__
            return True
    """
    passes(
        sandbox,
        program,
        """
        with make("a") as value:
            assert value == ["a"] and solution.log == ["enter a"]
        assert solution.log == ["enter a", "exit a"]
        """,
        """
        with pytest.raises(KeyError), make("b"):
            raise KeyError("mine")
        assert solution.log[-2:] == ["KeyError", "exit b"]
        """,
        # It is told what was raised, and can suppress none of it.
        """
        quiet = solution.Quiet()
        with pytest.raises(ValueError):
            with quiet:
                raise ValueError
        assert quiet.kind == "ValueError"
        with quiet:
            pass
        assert quiet.kind is None
        """,
    )


def test_generators_and_iterators(sandbox):
    program = """
    import itertools
    def make(count):
        for number in itertools.count() if count is None else range(count):
            received = yield number
            if received:
                yield received
        return "done"
    class Numbers:
        def __init__(self, *numbers): self.numbers = numbers
        def __iter__(self): return iter(self.numbers)
        def __reversed__(self): return reversed(self.numbers)
        def __len__(self): return len(self.numbers)
    """
    passes(
        sandbox,
        program,
        "assert list(make(3)) == [0, 1, 2] and sum(make(4)) == 6 and max(make(4)) == 3",
        """
        import itertools
        assert list(itertools.islice(make(None), 3)) == [0, 1, 2]
        """,
        """
        numbers = make(2)
        assert iter(numbers) is numbers
        assert (next(numbers), next(numbers), next(numbers, "end")) == (0, 1, "end")
        with pytest.raises(StopIteration):
            next(numbers)
        """,
        """
        numbers = make(2)
        next(numbers)
        assert numbers.send("hello") == "hello"
        numbers.close()
        assert list(numbers) == []
        """,
        """
        first, *rest = solution.Numbers(1, 2, 3)
        assert (first, rest, len(solution.Numbers(1))) == (1, [2, 3], 1)
        assert list(reversed(solution.Numbers(1, 2))) == [2, 1]
        assert [a + b for a, b in zip(solution.Numbers(1, 2), make(2))] == [1, 3]
        """,
        "assert 2 in make(5) and 7 not in make(5)",
    )
