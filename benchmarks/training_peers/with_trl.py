"""Rounds of TRL's GRPOTrainer: python -m training_peers.with_trl CASE.json in `benchmarks/`, a line of input for each.

It runs in the peer's environment.
"""

import tempfile
from typing import Any

import torch
from datasets import Dataset
from training_peers.turns import Case, clock, read_case, reward, tell, wait_for_turn
from transformers import AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer


class Timed(GRPOTrainer):
    """Sums what generation and rewards of a round take."""

    case: Case
    seconds: dict[str, float]
    prompt_tokens = tokens = 0

    def _generate(self, prompts: list[Any]) -> Any:
        started = clock(self.case.device)
        generated = super()._generate(prompts)
        self.seconds["generation"] += clock(self.case.device) - started
        self.prompt_tokens += sum(map(len, generated[0]))
        self.tokens += sum(map(len, generated[1]))
        return generated

    def _calculate_rewards(self, *arguments: Any) -> Any:
        started = clock(self.case.device)
        rewards = super()._calculate_rewards(*arguments)
        self.seconds["reward"] += clock(self.case.device) - started
        return rewards


class Turns(TrainerCallback):
    """Begins each round when it is told to, and tells what the round took; a round has several optimizer steps."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.trainer: Timed | None = None

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        assert self.trainer is not None
        if state.global_step % self.case.updates == 0:
            wait_for_turn()
            self.trainer.seconds = {"generation": 0.0, "reward": 0.0}
            self.trainer.prompt_tokens = self.trainer.tokens = 0
            self.started = clock(self.case.device)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        assert self.trainer is not None
        if state.global_step % self.case.updates == 0:
            seconds = self.trainer.seconds
            update = clock(self.case.device) - self.started - sum(seconds.values())
            tokens = {"prompt_tokens": float(self.trainer.prompt_tokens), "tokens": float(self.trainer.tokens)}
            tell(**seconds, update=update, **tokens)


def rows_of_micro_batch(case: Case, longest_prompt: int) -> int:
    """The most rows whose tokens fit, that divide those of an optimizer step."""
    of_step = case.prompts_per_round * case.rollouts // case.updates
    most = max(case.tokens_per_micro_batch // (longest_prompt + case.answer_tokens), 1)
    return max(rows for rows in range(1, min(most, of_step) + 1) if of_step % rows == 0)


def main() -> None:
    case = read_case()
    torch.set_num_threads(case.threads)
    tokenizer = AutoTokenizer.from_pretrained(case.model)
    longest = max(len(tokenizer(prompt, add_special_tokens=False)["input_ids"]) for prompt in case.prompts)
    of_step = case.prompts_per_round * case.rollouts // case.updates
    rows = rows_of_micro_batch(case, longest)
    config = GRPOConfig(
        output_dir=tempfile.mkdtemp(prefix="trl-"),
        use_cpu=case.device == "cpu",
        bf16=case.device != "cpu",
        gradient_checkpointing=False,  # it would compute every forward pass twice; ours keeps activations too
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=of_step // rows,
        steps_per_generation=of_step // rows * case.updates,
        num_generations=case.rollouts,
        max_completion_length=case.answer_tokens,
        max_steps=case.rounds * case.updates,
        learning_rate=case.learning_rate,
        beta=case.kl_coefficient,
        temperature=1.0,
        shuffle_dataset=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        model_init_kwargs={"dtype": "float32"},
    )
    turns = Turns(case)
    trainer = Timed(
        model=case.model,
        reward_funcs=lambda completions, **_: [reward(completion) for completion in completions],
        args=config,
        train_dataset=Dataset.from_dict({"prompt": case.prompts}),
        processing_class=tokenizer,
        callbacks=[turns],
    )
    # Answers never end, so that all have the same length.
    trainer.eos_token_ids = trainer.generation_config.eos_token_id = [trainer.model.config.vocab_size]
    trainer.case, turns.trainer = case, trainer
    trainer.train()


if __name__ == "__main__":
    main()
