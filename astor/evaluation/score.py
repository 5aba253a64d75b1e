"""Verdicts on one policy's samples → scores per task and metric, and every prompt's result."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from astor.errors import UserError
from astor.evaluation.intervals import Interval, jackknife_interval, mean_interval, mean_of_shares, share_interval
from astor.evaluation.metrics import CORPUS, pass_at_k
from astor.records import ItemScore, Outcome, Score, Scores, Verdict

ALL = "all"
"""The task name of figures over all tasks: their metrics are `mean` and `worst`."""
TOKENS = "tokens"
DRAWS = (1, 5, 10, 100)
"""k of pass@k where there are as many samples: those of Chen and others 2021 and of CRUXEval."""


def score_verdicts(
    verdicts: Sequence[Verdict], policy_digest: str, split: str, round: int, draws: Sequence[int] = DRAWS
) -> tuple[Scores, list[ItemScore]]:
    """Scores with 95 % intervals, and per-prompt results, of one policy's samples.

    Metrics of a task: `score` (the task part of the reward), `format`, `passed` (share of samples whose outcome is
    passed), `malformed` (share that could not be read), `pass@k` for each k of `draws` up to the number of samples a
    prompt and for that number, every named part of the verdicts, and `tokens` (mean length of an answer). All but the
    last are in [0, 1]. A task with several kinds of prompt has each `pass@k` of a kind too, as `pass@1/output`, a mean
    over the prompts of that kind. A task whose verdicts have counts has the metric of all answers together, as
    `corpus_bleu`, which no prompt's result holds. `all` has `mean` and `worst` of the tasks' scores,
    MT-GRPO's two figures (arXiv 2602.05547). A part that a verdict lacks counts 0: a malformed answer earned none.

    Answers that were asked for `apart` enter their parts' metrics alone.

    Infrastructure errors are left out and counted. A prompt without any other verdict has items with 0 samples.

    Raises:
        UserError: a task has infrastructure errors only.
    """
    by_task: dict[str, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    apart: dict[str, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        samples = (apart if verdict.apart else by_task)[verdict.task][verdict.prompt_id]
        if verdict.outcome is not Outcome.INFRASTRUCTURE_ERROR:
            assert verdict.score is not None, f"{verdict.prompt_id} has an outcome and no score"
            samples.append(verdict)
    most = max((len(samples) for prompts in by_task.values() for samples in prompts.values()), default=0)
    longest = max((verdict.tokens for verdict in verdicts), default=0)

    items: list[ItemScore] = []
    scores: list[Score] = []
    totals: dict[str, list[float]] = {}
    for task, prompts in sorted(by_task.items()):
        measured = [*_measure(task, prompts, most, draws), *_parts(task, apart[task])]
        items += measured
        by_metric: dict[str, list[float]] = defaultdict(list)
        for item in measured:
            if item.samples:
                by_metric[item.metric].append(item.value)
        if not by_metric:
            raise UserError(
                f"Every verdict on {task} is an infrastructure error: run `astor sandbox check`, then again."
            )
        for metric, values in by_metric.items():
            interval = mean_interval([values], (0.0, longest)) if metric == TOKENS else share_interval(values)
            scores.append(_score(task, metric, interval, len(values)))
        scores += _over_answers(task, prompts)
        totals[task] = by_metric["score"]
    if totals:
        scores += _over_tasks(totals)
    return Scores(
        policy_digest=policy_digest,
        split=split,
        round=round,
        scores=tuple(scores),
        outcomes={
            task: dict(
                Counter(verdict.outcome.value for verdict in verdicts if verdict.task == task and not verdict.apart)
            )
            for task in sorted(by_task)
        },
        infrastructure_errors=sum(verdict.outcome is Outcome.INFRASTRUCTURE_ERROR for verdict in verdicts),
    ), items


def find_score(scores: Scores, task: str, metric: str) -> Score:
    """The score with its interval; KeyError where it was not measured."""
    for score in scores.scores:
        if (score.task, score.metric) == (task, metric):
            return score
    raise KeyError((task, metric))


def find_interval(scores: Scores, task: str, metric: str = "score") -> Interval:
    """The value of a score with its interval; KeyError where it was not measured."""
    score = find_score(scores, task, metric)
    return Interval(score.value, score.low, score.high)


def _measure(task: str, prompts: Mapping[str, Sequence[Verdict]], most: int, draws: Sequence[int]) -> list[ItemScore]:
    """Every metric of every prompt: means over valid samples."""
    parts = sorted({part for samples in prompts.values() for verdict in samples for part in verdict.parts})
    several = len({verdict.kind for samples in prompts.values() for verdict in samples}) > 1
    items = []
    for prompt, samples in sorted(prompts.items()):
        count = len(samples)
        passed = sum(verdict.outcome is Outcome.PASSED for verdict in samples)
        values = {
            "score": [verdict.score or 0.0 for verdict in samples],
            "format": [verdict.format for verdict in samples],
            "passed": [float(verdict.outcome is Outcome.PASSED) for verdict in samples],
            "malformed": [float(verdict.outcome is Outcome.MALFORMED) for verdict in samples],
            **{part: [verdict.parts.get(part, 0.0) for verdict in samples] for part in parts},
            TOKENS: [float(verdict.tokens) for verdict in samples],
        }
        for metric, of_samples in values.items():
            value = sum(of_samples) / count if count else 0.0
            items.append(ItemScore(prompt_id=prompt, task=task, metric=metric, value=value, samples=count))
        for k in sorted({*(k for k in draws if k <= most), most} - {0}):
            enough = count >= k
            value, used = (pass_at_k(count, passed, k), count) if enough else (0.0, 0)
            kind = f"/{samples[0].kind}" if several and samples else ""
            for metric in sorted({f"pass@{k}", f"pass@{k}{kind}"}):
                items.append(ItemScore(prompt_id=prompt, task=task, metric=metric, value=value, samples=used))
    return items


def _parts(task: str, prompts: Mapping[str, Sequence[Verdict]]) -> list[ItemScore]:
    """The metrics of prompts that are asked for them alone."""
    names = sorted({part for samples in prompts.values() for verdict in samples for part in verdict.parts})
    return [
        ItemScore(
            prompt_id=prompt,
            task=task,
            metric=name,
            value=sum(verdict.parts.get(name, 0.0) for verdict in samples) / max(len(samples), 1),
            samples=len(samples),
        )
        for prompt, samples in sorted(prompts.items())
        for name in names
    ]


def _over_answers(task: str, prompts: Mapping[str, Sequence[Verdict]]) -> list[Score]:
    """Metrics of all valid answers together."""
    judged = [samples for samples in prompts.values() if samples]
    names = sorted({name for samples in judged for verdict in samples for name in verdict.counts})
    scores = []
    for name in names:
        rows = [[sum(each) for each in zip(*(v.counts[name] for v in samples), strict=True)] for samples in judged]
        scores.append(_score(task, name, jackknife_interval(rows, CORPUS[name]), len(rows)))
    return scores


def _over_tasks(totals: Mapping[str, Sequence[float]]) -> list[Score]:
    """Mean and worst of the tasks' scores; the worst has the interval of the task that it is."""
    prompts = sum(map(len, totals.values()))
    tasks = [share_interval(values) for values in totals.values()]
    mean = mean_of_shares(list(totals.values()))
    return [_score(ALL, "mean", mean, prompts), _score(ALL, "worst", min(tasks), prompts)]


def _score(task: str, metric: str, interval: Interval, count: int) -> Score:
    return Score(task=task, metric=metric, value=interval.value, low=interval.low, high=interval.high, count=count)
