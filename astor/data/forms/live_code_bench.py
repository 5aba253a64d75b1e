"""LiveCodeBench (Jain and others, arXiv 2403.07974), as published: without solutions, private tests packed."""

from typing import Any

from astor.data.forms.packed_tests import unpack_tests
from astor.data.forms.problem import THREE, Problem, ProblemForm, UnusableError
from astor.data.forms.written_tests import function_named, read_programs, read_tests


class LiveCodeBench(ProblemForm):
    """The statement in `question_content`, tests in `public_test_cases` and `private_test_cases`; the function that
    tests of LeetCode call in `metadata`, and its class in `starter_code`."""

    question_content: str
    public_test_cases: Any
    private_test_cases: Any = None
    solutions: Any = None
    starter_code: str = ""
    metadata: Any = None
    difficulty: str = ""
    question_id: str | int | None = None

    def problem(self) -> Problem:
        function = function_named(self.metadata)
        public = read_tests("public_test_cases", self.public_test_cases, function)
        hidden = self.private_test_cases
        hidden = unpack_tests(hidden) if isinstance(hidden, str) else hidden
        private = read_tests("private_test_cases", hidden, function)
        if public.pairs and private.pairs and public.function != private.function:
            raise UnusableError("its tests do not name the one function that they call")
        return Problem(
            statement=self.question_content,
            public=public.pairs,
            tests=private.pairs,
            solutions=read_programs("solutions", self.solutions),
            function=public.function or private.function,
            starter=self.starter_code,
            difficulty=THREE.get(self.difficulty.lower(), 0),
            name=self.question_id,
        )
