"""What makes the recipe `cobalt` small enough for tests of its steps."""

SMALL = {
    "rounds": 1,
    "checkpoint_every": 1,
    "rounds_per_segment": 1,
    "data.prompts": {
        "train": 8,
        "held_out": 4,
        "promotion": 4,
        "demonstrations": {"multi_turn_code/first": 200, "multi_turn_code/next": 200},
    },
    "data.sources": [{"type": "underspecified", "depths": {1: 3, 2: 1}}],
    "data.splits": {"warm_start": 0.4, "train": 0.2, "held_out": 0.2, "promotion": 0.2},
    "batch": {"prompts": 4, "rollouts": 4},
    "evaluation.samples": 2,
    "tasks.multi_turn_code.max_tokens": 30,
}
TINY = {"type": "tiny", "hidden_size": 48, "warm_start": {"steps": 80, "batch_size": 16}}
