"""One flipped bit in each kind of file of a store."""

import subprocess
from pathlib import Path
from random import Random
from typing import Any

from hostile.command import Ended, Store, difference

RUN, CHECKPOINT, LAST = "runs/*", "runs/*/rounds/00002/checkpoint", "runs/*/rounds/00001"
WHILE_IT_RUNS = {
    "policy weights": f"{CHECKPOINT}/*/policy/model.safetensors",
    "policy tokenizer": f"{CHECKPOINT}/*/policy/tokenizer.json",
    "policy configuration": f"{CHECKPOINT}/*/policy/config.json",
    "policy card": f"{CHECKPOINT}/*/policy/policy.json",
    "trainer state": f"{CHECKPOINT}/*/trainer/trainer.safetensors",
    "trainer counters": f"{CHECKPOINT}/*/trainer/trainer.json",
    "checkpoint manifest": f"{CHECKPOINT}/manifest.json",
    "batch": f"{LAST}/score/*/batch/batch.json",
    "state": f"{LAST}/score/*/state/state.json",
    "prompt statistics": f"{LAST}/score/*/prompt_statistics/prompt_statistics.parquet",
    "groups": f"{LAST}/score/*/groups/groups.jsonl",
    "update report": f"{LAST}/update/*/report/report.json",
    "older completions": f"{LAST}/rollout/*/completions/completions.parquet",
    "older verdicts": f"{LAST}/verify/*/verdicts/verdicts.jsonl",
    "score manifest": f"{LAST}/score/manifest.json",
    "first batch": f"{RUN}/plan/*/batch/batch.json",
    "held-out batch": f"{RUN}/plan/*/held_out/held_out.json",
    "champion": f"{RUN}/plan/*/champion/champion.json",
    "plan manifest": f"{RUN}/plan/manifest.json",
    "recipe": f"{RUN}/recipe/*/recipe/recipe.yaml",
    "recipe manifest": f"{RUN}/recipe/manifest.json",
    "environment": f"{RUN}/environment.json",
    "prompts": "cache/prompts/*/*/prompts/prompts.jsonl",
    "demonstrations": "cache/prompts/*/*/demonstrations/demonstrations.jsonl",
    "prompts manifest": "cache/prompts/*/manifest.json",
    "references": "references/*/*/references/references.jsonl",
    "references manifest": "references/*/manifest.json",
    "cached policy": "cache/policies/*/*/policy/model.safetensors",
    "cached policy manifest": "cache/policies/*/manifest.json",
}
"""Kind → file of a run that was stopped after its second checkpoint was due."""
EVALUATIONS = "runs/*/evaluations/held_out-*"
BEFORE_THE_END = {
    "completions": f"{EVALUATIONS}/rollout/*/completions/completions.parquet",
    "greedy completions": f"{EVALUATIONS}/rollout/*/greedy_completions/greedy_completions.parquet",
    "verdicts": f"{EVALUATIONS}/verify/*/verdicts/verdicts.jsonl",
    "greedy verdicts": f"{EVALUATIONS}/verify/*/greedy_verdicts/greedy_verdicts.jsonl",
    "scores": f"{EVALUATIONS}/scores/*/scores/scores.json",
    "items": f"{EVALUATIONS}/scores/*/items/items.jsonl",
    "promotion scores": "runs/*/evaluations/promotion-*/scores/*/items/items.jsonl",
    "last policy": "runs/*/rounds/00004/checkpoint/*/policy/model.safetensors",
}
"""The same of a run that has everything but its result."""
AFTERWARDS = {
    "result": "runs/*/result.json runs/*/results/*.json",
    "result manifest": "runs/*/result*/**/manifest.json",
    "result summary": "runs/*/result*/**/summary.json",
    "decision": "runs/*/result*/**/decision.json",
    "registered manifest": "models/*/manifest.json",
}
"""The same of a run that is finished."""


def flip(store: Store, pattern: str, seed: str) -> Path:
    """Flip a bit of the first file that the pattern, or one of several, finds, and say which file it is."""
    file = sorted(file for each in pattern.split() for file in Path(store.root).glob(each))[0]
    data, random = bytearray(file.read_bytes()), Random(f"{seed} {pattern}")
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    file.write_bytes(data)
    return file


def run_on(store: Store, pattern: str, seed: str, whole: Ended, wanted: dict[str, str]) -> dict[str, Any]:
    """Flip a bit, and give the same command again."""
    damaged = flip(store, pattern, seed)
    ended = store.finish()
    row = _names(ended, damaged)
    if ended.code == 0:
        told = next((line for line in ended.errors.splitlines() if "damaged" in line), "")
        row["fault"] = difference(store.digests(), wanted) or ("" if ended.scores == whole.scores else "other scores")
        how = told.replace(store.root, "STORE") or "it was not needed"
        row["told"] = f"same digests; {how}"
    return row


def read_again(store: Store, pattern: str, seed: str, whole: Ended) -> dict[str, Any]:
    """Flip a bit of a finished run, and have its result printed."""
    damaged = flip(store, pattern, seed)
    ended = store.finish()
    row = _names(ended, damaged)
    if ended.code == 0:
        same = ended.result == whole.result or (ended.scores == whole.scores and "damaged" in ended.errors)
        row = {"fault": "" if same else f"another result: {ended.result}", "told": "the same result"}
    return row


def serve(store: Store, pattern: str, seed: str) -> dict[str, Any]:
    """Flip a bit of the registered model, and have it served."""
    damaged = flip(store, pattern, seed)
    process = store.start("serve", "--model", "astor-miniature", "--alias", "challenger", "--port", "0")
    try:
        output, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"fault": "it is served", "told": ""}
    return _names(Ended(process.returncode, output, errors), damaged)


def _names(ended: Ended, damaged: Path) -> dict[str, Any]:
    """Whether a command that failed says in one sentence what is damaged: the file, or the artifact that it is of."""
    named = any(str(place) in ended.sentence for place in [damaged, *list(damaged.parents)[:3]])
    told = ended.sentence.replace(str(damaged.parents[0]), "…") if named else ""
    return {"fault": "" if named else f"rc {ended.code}: {ended.errors[-300:]}", "told": told}
