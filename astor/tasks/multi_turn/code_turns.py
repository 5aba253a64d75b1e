"""Turns of `multi_turn_code`: every answer's program meets the public tests, and at the end the hidden ones."""

from collections.abc import Mapping, Sequence

from astor.data.preambles import with_preamble
from astor.records import Reference, Trajectory, Turn
from astor.sandbox.runner import JobRunner
from astor.tasks.multi_turn.capability import Answered, MultiTurn
from astor.tasks.multi_turn.feedback import FeedbackOptions, give_feedback
from astor.tasks.multi_turn.programs import Wanted, read_programs, run_calls
from astor.tasks.multi_turn.public_runs import passes, runs_of_calls
from astor.tasks.multi_turn.reference import MultiTurnReference


class CodeTurns(MultiTurn):
    """Replies are feedback on the first public test that an answer's program fails."""

    options: FeedbackOptions

    def __init__(self, options: FeedbackOptions, turns: int = 1, evaluated_turns: int = 1) -> None:
        self.options, self.turns, self.evaluated_turns = options, turns, evaluated_turns

    def reply(self, answers: Sequence[Answered], sandbox: JobRunner) -> list[Turn]:
        programs = read_programs(
            sandbox, [answer.text for answer in answers], [answer.problem.prompt.entry for answer in answers]
        )
        wanted: list[Wanted | None] = []
        for answer, program in zip(answers, programs, strict=True):
            prompt, calls = answer.problem.prompt, answer.problem.calls
            wanted.append((with_preamble(prompt.preamble, program), prompt.entry, calls) if program else None)
        ran = run_calls(sandbox, [one for one in wanted if one])
        turns = []
        for answer, program, one in zip(answers, programs, wanted, strict=True):
            problem, shown, true = answer.problem, None, None
            if one:
                tolerance = problem.prompt.tolerance
                shown, true = (runs_of_calls(ran[one], tests, tolerance) for tests in (problem.shown, problem.true))
            feedback = give_feedback(problem.shown, shown, self.options)
            none = (False,) * len(problem.shown)
            turns.append(
                Turn(
                    text=answer.text,
                    program=program,
                    shown_passed=tuple(run.end == "passed" for run in shown) if shown else none,
                    public_passed=tuple(run.end == "passed" for run in true) if true else none,
                    feedback=feedback.text,
                    feedback_test=feedback.test,
                )
            )
        return turns

    def judge(
        self, trajectories: Sequence[Trajectory], references: Mapping[str, Reference], sandbox: JobRunner
    ) -> list[Trajectory]:
        known = {
            prompt_id: MultiTurnReference.model_validate(references[prompt_id].data)
            for prompt_id in {trajectory.prompt_id for trajectory in trajectories}
        }

        def wanted(trajectory: Trajectory, turn: Turn) -> Wanted:
            reference = known[trajectory.prompt_id]
            return with_preamble(reference.preamble, turn.program or ""), reference.entry, reference.tests

        ran = run_calls(sandbox, [wanted(one, turn) for one in trajectories for turn in one.turns if turn.program])

        def judged(trajectory: Trajectory, turn: Turn) -> Turn:
            reference = known[trajectory.prompt_id]
            if not turn.program:
                return turn.model_copy(update={"hidden_passed": (False,) * len(reference.tests)})
            passed = passes(ran[wanted(trajectory, turn)], reference.tests, reference.tolerance)
            return turn.model_copy(update={"hidden_passed": passed})

        return [
            one.model_copy(update={"turns": tuple(judged(one, turn) for turn in one.turns)}) for one in trajectories
        ]
