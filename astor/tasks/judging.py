"""From completions to verdicts: everything of a batch is parsed together, and everything is run together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from astor.records import Completion, Outcome, Reference, Verdict
from astor.sandbox import CallsJob, Job, ParseJob, Result
from astor.sandbox.runner import JobRunner
from astor.tasks.task import Answer, Example, Judgement, Task
from astor.tasks.thinking import after_thinking

TEXTS_PER_JOB = 64
"""Texts that one child parses. Our choice: few forks, and still work for every core."""


@dataclass(frozen=True)
class _Asked:
    """Answers to one prompt that are judged together, and where their completions stand in the batch."""

    task: Task
    reference: Any
    """What the task knows of the prompt."""
    places: list[int]
    answers: list[Answer]

    def one_by_one(self) -> list["_Asked"]:
        return [
            _Asked(self.task, self.reference, [place], [answer])
            for place, answer in zip(self.places, self.answers, strict=True)
        ]


def judge_completions(
    tasks: Mapping[str, Task],
    references: Mapping[str, Reference],
    completions: Sequence[Completion],
    sandbox: JobRunner,
    extended: bool,
) -> list[Verdict]:
    """One verdict per completion, in order.

    `tasks` by key, `references` by prompt identifier. `extended` adds metrics that are no part of the reward to the
    verdicts' parts, each task's promotion metric to every verdict with a score (0 where it was not measured; where it
    is asked apart, to those answers alone), and the counts of metrics over all answers. Answers that shared a run
    which ended early run once more, each alone.
    """
    task_of = {completion.prompt_id: tasks[completion.task] for completion in completions}
    known = {prompt_id: task.read_reference(references[prompt_id]) for prompt_id, task in task_of.items()}
    judgements: dict[int, Judgement] = {}
    asked: dict[str, _Asked] = {}
    entries = {prompt_id: task.entry(known[prompt_id]) for prompt_id, task in task_of.items()}
    answers = _read(tasks, entries, completions, sandbox)
    for place, read in enumerate(answers):
        completion = completions[place]
        if isinstance(read, Judgement):
            judgements[place] = read
            continue
        empty = _Asked(task_of[completion.prompt_id], known[completion.prompt_id], [], [])
        group = asked.setdefault(completion.prompt_id, empty)
        group.places.append(place)
        group.answers.append(read)
    again = _judge(asked.values(), sandbox, extended, judgements)
    _judge(again, sandbox, extended, judgements)
    verdicts = []
    for place, completion in enumerate(completions):
        task, reference = task_of[completion.prompt_id], known[completion.prompt_id]
        verdict = _verdict(completion, references[completion.prompt_id], task, judgements[place])
        verdicts.append(_extended(verdict, task, reference, answers[place]) if extended else verdict)
    return verdicts


def judge_texts(
    task: Task, example: Example, texts: Sequence[str], sandbox: JobRunner, extended: bool = True
) -> list[Verdict]:
    """The verdicts of texts as answers to one example, for trying a task out.

    A text whose thinking was begun by a chat template begins with its `<think>`, as a completion's does.
    """
    completions = [
        Completion(
            prompt_id=example.prompt.id,
            rollout=rollout,
            task=task.key,
            policy_digest="",
            prompt_tokens=(),
            tokens=(),
            logp_rollout=(),
            loss_mask=(),
            text=text,
            finish_reason="stop",
        )
        for rollout, text in enumerate(texts)
    ]
    references = {example.prompt.id: example.reference}
    return judge_completions({task.key: task}, references, completions, sandbox, extended)


def _read(
    tasks: Mapping[str, Task], entries: Mapping[str, str], completions: Sequence[Completion], sandbox: JobRunner
) -> list[Answer | Judgement]:
    """Every completion as an answer, or the judgement that it cannot be read. Equal texts are parsed once.

    `entries` by prompt identifier. Parsers see what follows the thinking; thinking that does not end leaves no answer,
    and what the engine could not sample is no answer of the policy's.
    """
    written = [Answer(tasks[completion.task].options.prefill + completion.text) for completion in completions]
    asked = [(tasks[completion.task].parser, entries[completion.prompt_id]) for completion in completions]
    jobs = parse_jobs(
        (parser, entry, answer.said) for answer, (parser, entry) in zip(written, asked, strict=True) if parser
    )
    read = {
        (job.parser, job.entry, text): (result, number)
        for job, result in zip(jobs, sandbox.run(jobs), strict=True)
        for number, text in enumerate(job.texts)
    }
    found: list[Answer | Judgement] = []
    for completion, answer, (parser, entry) in zip(completions, written, asked, strict=True):
        if completion.finish_reason == "failed":
            found.append(Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0, detail="It was not sampled."))
        elif after_thinking(answer.text) is None:
            found.append(_malformed())
        else:
            found.append(answer if parser is None else _answer(answer, *read[parser, entry, answer.said]))
    return found


def parse_jobs(asked: Iterable[tuple[str, str, str]]) -> list[ParseJob]:
    """What reads texts, of equal ones one: each a parser's name, the entry that it looks for, and the text."""
    texts: dict[tuple[str, str], dict[str, None]] = {}
    for parser, entry, text in asked:
        texts.setdefault((parser, entry), {})[text] = None
    return [
        ParseJob(parser, tuple(distinct)[start : start + TEXTS_PER_JOB], entry)
        for (parser, entry), distinct in texts.items()
        for start in range(0, len(distinct), TEXTS_PER_JOB)
    ]


def _answer(answer: Answer, result: Result, number: int) -> Answer | Judgement:
    if number >= len(result.claims):
        return Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0, detail=result.detail)
    claim = result.claims[number]
    return replace(answer, value=claim.value) if claim.kind == "value" else _malformed()


def _malformed() -> Judgement:
    return Judgement(Outcome.MALFORMED, 0.0, 0.0, detail="The answer does not have the form that was asked for.")


def _judge(
    groups: Iterable[_Asked], sandbox: JobRunner, extended: bool, judgements: dict[int, Judgement]
) -> list[_Asked]:
    """Add the judgements of all groups, whose runs go side by side; what must be judged again, each answer alone."""
    again: list[_Asked] = []
    judging = [(group, group.task.judge(group.reference, group.answers, extended)) for group in groups]
    wanted = [(group, judge, next(judge)) for group, judge in judging]
    while wanted:
        results = iter(sandbox.run([job for _, _, jobs in wanted for job in jobs]))
        asked, wanted = wanted, []
        for group, judge, jobs in asked:
            ended = list(islice(results, len(jobs)))
            if group.task.shares_runs and len(group.answers) > 1 and _ended_early(jobs, ended):
                again.extend(group.one_by_one())
                continue
            try:
                wanted.append((group, judge, judge.send(ended)))
            except StopIteration as end:
                judgements.update(zip(group.places, end.value, strict=True))
    return again


def _ended_early(jobs: Sequence[Job], results: Sequence[Result]) -> bool:
    return any(
        isinstance(job, CallsJob) and len(result.claims) < len(job.arguments)
        for job, result in zip(jobs, results, strict=True)
    )


def _verdict(completion: Completion, reference: Reference, task: Task, judgement: Judgement) -> Verdict:
    told = judgement.data
    assert told is None or isinstance(told, task.verdict_type), f"{type(told)} is not {task.verdict_type}"
    return Verdict(
        prompt_id=completion.prompt_id,
        rollout=completion.rollout,
        task=completion.task,
        kind=reference.kind,
        apart=reference.apart,
        outcome=judgement.outcome,
        score=judgement.score,
        tokens=sum(completion.loss_mask),
        format=judgement.format,
        parts=judgement.parts,
        data=told.model_dump(mode="json") if told is not None else {},
        detail=judgement.detail,
    )


def _extended(verdict: Verdict, task: Task, reference: Any, read: Answer | Judgement) -> Verdict:
    if verdict.score is None:
        return verdict
    if verdict.apart:
        return verdict.model_copy(update={"parts": task.measured_apart(verdict)})
    parts = dict.fromkeys(task.extended_parts, 0.0) | verdict.parts
    counts = task.counts(reference, read.said if isinstance(read, Answer) else "")
    return verdict.model_copy(update={"parts": parts, "counts": counts})
