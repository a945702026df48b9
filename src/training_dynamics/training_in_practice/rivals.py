"""A small GPT and an MLP that have read the same number of characters."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from training_dynamics.lab.once import once
from training_dynamics.toolbox.names import sequences, split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches
from training_dynamics.training_in_practice.gpt import GPT, GPTShape
from training_dynamics.training_in_practice.muon import Muon
from training_dynamics.training_in_practice.network import Shape, loss_on
from training_dynamics.training_in_practice.schedules import factor
from training_dynamics.training_in_practice.stack import train_stack
from training_dynamics.training_in_practice.studies import BASE

BATCH = 40  # names a step
RATES = {"matrices": 0.02, "rest": 0.01}


@once
def gpt_loss(seed: int, steps: int = 250, width: int = 40) -> float:
    """The validation loss of a two-layer GPT: Muon for the matrices of its blocks, AdamW for the rest, a linear schedule."""
    split = split_names(seed)
    (inputs, targets), valid = sequences(split.train), sequences(split.valid)
    model = GPT(GPTShape(width), torch_generator(seed, "gpt"))
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2]
    rest = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    optimizers: list[torch.optim.Optimizer] = [
        Muon(matrices),
        torch.optim.AdamW(rest, betas=(0.9, 0.95), weight_decay=0),
    ]
    batches = minibatches(len(inputs), BATCH, torch_generator(seed, "gpt batches"))
    for step in range(steps):
        index = next(batches)
        longest = int((targets[index] >= 0).sum(1).max())  # what lies behind every name's end need not be computed
        logits = model(inputs[index, :longest])
        model.zero_grad()
        cross_entropy(logits.flatten(0, 1), targets[index, :longest].flatten()).backward()
        for optimizer, rate in zip(optimizers, RATES.values()):
            optimizer.param_groups[0]["lr"] = rate * factor("linear", step, steps, 20)
            optimizer.step()
    return loss_on(model, valid)


@once
def mlp_loss(seed: int, steps: int = 250, hidden: int = 96) -> float:
    """The validation loss of an MLP on six characters, after as many steps on as many characters as the GPT's."""
    names = split_names(seed).train
    characters = len(windows(names, 1)[0]) / len(names)
    shape = Shape(context=6, hidden=hidden)
    return float(train_stack(seed, [BASE], steps, shape=shape, batch=round(BATCH * characters)).valid)
