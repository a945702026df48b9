"""Renumbering hidden units: what it leaves unchanged, and two ways to line one network's units up with another's."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from training_dynamics.lab.flat import Shape

Permutation = Int[Tensor, " h"]
Permutations = tuple[Permutation, ...]


def identity(shape: Shape) -> Permutations:
    """The permutations that change nothing, one for each hidden layer."""
    return tuple(torch.arange(h) for h in shape.hidden)


def random_permutations(shape: Shape, generator: torch.Generator) -> Permutations:
    """A uniformly random renumbering of every hidden layer."""
    return tuple(torch.randperm(h, generator=generator) for h in shape.hidden)


def permute(shape: Shape, theta: Float[Tensor, " P"], permutations: Permutations) -> Float[Tensor, " P"]:
    """The same function with its hidden units renumbered: new unit i of layer l is old unit ``permutations[l][i]``.

    ``W_l -> P_l W_l P_{l-1}^T`` and ``b_l -> P_l b_l``; ReLU acts on each unit alone, so the P's cancel.
    Raises ValueError unless there is one permutation of the right length for each hidden layer.
    """
    if [len(p) for p in permutations] != list(shape.hidden):
        raise ValueError(f"permutations must have lengths {shape.hidden}, got {[len(p) for p in permutations]}")
    layers, moved = shape.layers(theta[None]), []
    for l, (weight, bias) in enumerate(layers):
        if l < len(permutations):
            weight, bias = weight[:, permutations[l]], bias[:, permutations[l]]
        if l > 0:
            weight = weight[:, :, permutations[l - 1]]
        moved.append((weight, bias))
    return shape.flat(moved)[0]


def best_assignment(gain: Float[Tensor, "h h"]) -> Permutation:
    """The permutation p that maximises ``sum_i gain[i, p[i]]``: a linear assignment problem, solved exactly."""
    return torch.from_numpy(linear_sum_assignment(gain.detach().double().numpy(), maximize=True)[1])


def weight_gain(
    shape: Shape, a: Float[Tensor, " P"], b: Float[Tensor, " P"], permutations: Permutations, layer: int
) -> Float[Tensor, "h h"]:
    """Inner products between unit i of ``a`` and unit j of ``b`` in one layer, the other layers' permutations held fixed.

    ``gain[i, j] = <W_a[i], W_b[j] P^T> + b_a[i] b_b[j] + <W'_a[:, i], P' W'_b[:, j]>`` with W' the next layer's weights.
    """
    first, second = shape.layers(a[None]), shape.layers(b[None])
    (w_a, bias_a), (w_b, bias_b) = ((part[0] for part in net[layer]) for net in (first, second))
    next_a, next_b = first[layer + 1][0][0], second[layer + 1][0][0]
    if layer > 0:
        w_b = w_b[:, permutations[layer - 1]]
    if layer + 1 < len(permutations):
        next_b = next_b[permutations[layer + 1]]
    return w_a @ w_b.T + bias_a[:, None] * bias_b + next_a.T @ next_b


def match_weights(
    shape: Shape, a: Float[Tensor, " P"], b: Float[Tensor, " P"], generator: torch.Generator, sweeps: int = 50
) -> tuple[Permutations, list[float]]:
    """Renumber ``b`` to bring its weights close to those of ``a``: one assignment problem a layer, until nothing improves.

    Returns the permutations and ``<theta_a, permuted theta_b>`` after each sweep, which never falls.  The layers are
    visited in random order; the result is a local optimum (Ainsworth et al. 2023, algorithm 1).
    """
    current, history = list(identity(shape)), [float(a @ b)]
    for _ in range(sweeps):
        for layer in torch.randperm(len(current), generator=generator).tolist():
            current[layer] = best_assignment(weight_gain(shape, a, b, tuple(current), layer))
        history.append(float(a @ permute(shape, b, tuple(current))))
        if history[-1] <= history[-2] + 1e-6 * abs(history[-2]):
            break
    return tuple(current), history


def match_displacements(
    shape: Shape, a: Float[Tensor, " P"], a_start: Float[Tensor, " P"], b: Float[Tensor, " P"], b_start: Float[Tensor, " P"],
    generator: torch.Generator,
) -> Permutations:  # fmt: skip
    """Renumber ``b`` so that what training *changed* in its weights lies close to what it changed in those of ``a``.

    Weight matching of ``a - a_start`` and ``b - b_start``: the random starts, which training never touched, are left out.
    """
    return match_weights(shape, a - a_start, b - b_start, generator)[0]


@torch.no_grad()
def match_activations(shape: Shape, a: Float[Tensor, " P"], b: Float[Tensor, " P"], x: Tensor) -> Permutations:
    """Renumber ``b`` so that its units respond to the inputs ``x`` like those of ``a``, each layer on its own.

    Minimises ``sum_i ||z_a[:, i] - z_b[:, p[i]]||^2`` over p, with z the outputs of the layer's ReLU units; the squared norms
    do not depend on p, which leaves an assignment problem in ``z_a^T z_b`` (Ainsworth et al. 2023, section 3.1).
    """
    responses = [z.relu() for z in shape.activations(torch.stack([a, b]), x)[:-1]]
    return tuple(best_assignment(z[0].T @ z[1]) for z in responses)


def agreement(found: Sequence[Permutation], planted: Sequence[Permutation]) -> float:
    """The fraction of hidden units, over all layers, that two renumberings place alike."""
    same = torch.cat([(p == q).double() for p, q in zip(found, planted, strict=True)])
    return float(same.mean())


def rescale(shape: Shape, theta: Float[Tensor, " P"], factors: Sequence[Float[Tensor, " h"]]) -> Float[Tensor, " P"]:
    """The same function with every hidden unit's input weights and bias multiplied by its factor, its output weights divided.

    ReLU(c z) = c ReLU(z) for c > 0.  Raises ValueError unless there is one positive factor for each hidden unit.
    """
    if [len(c) for c in factors] != list(shape.hidden) or any(bool((c <= 0).any()) for c in factors):
        raise ValueError(f"factors must be positive, with lengths {shape.hidden}, got {[c.tolist() for c in factors]}")
    moved = [(weight.clone(), bias.clone()) for weight, bias in shape.layers(theta[None])]
    for l, c in enumerate(factors):
        (weight, bias), (after, bias_after) = moved[l], moved[l + 1]
        moved[l] = (weight * c[:, None], bias * c)
        moved[l + 1] = (after / c, bias_after)
    return shape.flat(moved)[0]
