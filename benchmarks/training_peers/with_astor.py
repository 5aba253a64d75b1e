"""Rounds of ours: python -m training_peers.with_astor CASE.json in `benchmarks/`, a line of input for each."""

import torch
from rounds import Training
from training_peers.turns import read_case, tell, wait_for_turn

from astor.policies.ranks import Ranks


def main() -> None:
    case = read_case()
    torch.set_num_threads(case.threads)
    with Ranks(1, case.threads) as ranks:
        training = Training(case, ranks)
        for number in range(case.rounds):
            wait_for_turn()
            tell(**training.round(number))


if __name__ == "__main__":
    main()
